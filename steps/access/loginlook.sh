# shellcheck shell=sh
# Prints whether sudo is installed, whether there is the user, whether it has a
# password, and whether it may log in with each of the keys, which are the words.
: "${user?}"

[ -n "$(command -v sudo)" ] || echo "sudo missing"
shadow=$(getent shadow "$user" | cut -d: -f2)
case $shadow in
"!"* | "*"*) echo "password none" ;;
"") ;;
*) echo "password set" ;;
esac
home=$(getent passwd "$user" | cut -d: -f6)
for key do
  [ -z "$home" ] || grep -qsxF -D skip -e "$key" "$home/.ssh/authorized_keys" || echo "key missing"
done
[ -z "$home" ] || echo "user there"
