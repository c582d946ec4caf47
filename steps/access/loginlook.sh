# shellcheck shell=sh
# Prints whether sudo is installed, whether there is the user, whether it has a
# password, and whether it may log in with each of the keys, which are the words.
: "${user?}"

[ -n "$(command -v sudo)" ] || echo "sudo missing"
IFS=: read -r _ shadow _ <<END
$(getent shadow "$user")
END
case $shadow in
"!"* | "*"*) echo "password none" ;;
"") ;;
*) echo "password set" ;;
esac
IFS=: read -r _ _ _ _ _ home _ <<END
$(getent passwd "$user")
END
for key do
  [ -z "$home" ] || grep -qsxF -D skip -e "$key" "$home/.ssh/authorized_keys" || echo "key missing"
done
[ -z "$home" ] || echo "user there"
