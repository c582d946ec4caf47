# shellcheck shell=sh
# Prints the accounts that are root besides root, those without a password, and
# those with one.
echo "asked yes"
awk -F: '$3 == 0 && $1 != "root" { print "root " $1 }' /etc/passwd
awk -F: '$2 == "" { print "open " $1 }' /etc/shadow
awk -F: '$2 ~ /^\$/ { print "password " $1 }' /etc/shadow
