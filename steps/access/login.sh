# shellcheck shell=sh
# Makes the user, locks its password, and lets it log in with the keys, which are the
# words. The file unlocked says that the password was not locked before.
: "${user?}" "${unlocked?}"

id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
# A locked password, not an empty one: keys are the only way in.
case $(getent shadow "$user" | cut -d: -f2) in
"!"* | "*"* | "") ;;
*)
  mkdir -p "${unlocked%/*}"
  touch "$unlocked"
  ;;
esac
usermod --lock "$user"
home=$(getent passwd "$user" | cut -d: -f6)
group=$(id -gn "$user")
keys=$home/.ssh/authorized_keys
install -d -m 700 -o "$user" -g "$group" "$home/.ssh"
touch "$keys"
# A last line without its end would swallow the key that comes after it.
[ -z "$(tail -c 1 "$keys")" ] || echo >>"$keys"
for key do
  grep -qxF "$key" "$keys" || printf '%s\n' "$key" >>"$keys"
done
chown "$user:$group" "$keys"
chmod 600 "$keys"
