# shellcheck shell=sh
# Prints which of its words are packages that are installed, and whether dpkg was
# interrupted.

dpkg-query -W -f 'package ${Package} ${db:Status-Status}\n' "$@" | sed -n 's/^package \(.*\) installed$/\1 installed/p'
[ -z "$(dpkg --audit)" ] || echo "dpkg interrupted"
