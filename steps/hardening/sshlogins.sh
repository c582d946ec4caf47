# shellcheck shell=sh
# Prints the members of $group, and each user besides root who has a shell and a key.
: "${group?}"

if members=$(getent group "$group"); then echo "group $members"; fi
while IFS=: read -r name _ _ _ _ home shell; do
  case $shell in
    */nologin | */false | */sync | "") continue ;;
  esac
  [ "$name" = root ] || [ ! -s "$home/.ssh/authorized_keys" ] || echo "login $name"
done </etc/passwd
