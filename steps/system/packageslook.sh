# shellcheck shell=sh
# Prints which of its words are packages that are installed, or names that an installed
# package provides, and whether dpkg was interrupted.

dpkg-query -W -f 'package ${Package} ${db:Status-Status} ${Provides}\n' 2>/dev/null |
  awk -v words=" $* " '$3 == "installed" {
    for (i = 2; i <= NF; i++) {
      name = $i
      sub(/,$/, "", name)
      sub(/:.*/, "", name)
      if (i != 3 && index(words, " " name " ")) print name " installed"
    }
  }' | sort -u
if [ -e /run/slipway/late ] || [ -e /var/lib/slipway/unpacking ] || [ -n "$(dpkg --audit)" ]; then echo "dpkg interrupted"; fi
