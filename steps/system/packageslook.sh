# shellcheck shell=sh
# Prints which of its words are packages that are installed, or names that an installed
# package provides, and whether dpkg was interrupted: a package is between two states then, or
# what dpkg wrote of one is still to be put into its list, or one of the files is there in which the
# functions of apt keep what is left to do.
: "${late?}" "${unpacking?}"

dpkg-query -W -f 'package ${Package} ${db:Status-Status} ${db:Status-Eflag} ${Provides}\n' 2>/dev/null |
  awk -v words=" $* " '
    $3 == "installed" {
      for (i = 2; i <= NF; i++) {
        name = $i
        sub(/,$/, "", name)
        sub(/:.*/, "", name)
        if (i != 3 && i != 4 && index(words, " " name " ") && !seen[name]++) print name " installed"
      }
    }
    $3 != "installed" && $3 != "not-installed" && $3 != "config-files" || $4 == "reinstreq" { interrupted = 1 }
    END { if (interrupted) print "dpkg interrupted" }'
for update in /var/lib/dpkg/updates/[0-9]* "$late" "$unpacking"; do
  [ ! -e "$update" ] || echo "dpkg interrupted"
done
