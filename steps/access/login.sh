# shellcheck shell=sh
# Makes the user, locks its password, and lets it log in with the keys, which are the
# words. The file unlocked says that the password was not locked before. The functions of
# bounds.sh and ownkeys.sh come before.
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
own_keys "$user" "$home"
# The user may have put links there: root would follow them, and the user's rights do not
# reach farther than before.
# shellcheck disable=SC2016 # the shell that it starts expands it
as_user "$user" sh -euc '
  umask 077
  keys=$1/.ssh/authorized_keys
  shift
  [ -d "${keys%/*}" ] || mkdir "${keys%/*}"
  chmod 700 "${keys%/*}"
  if [ -e "$keys" ] && [ ! -f "$keys" ]; then
    echo "$keys is no file: remove it"
    exit 1
  fi
  touch "$keys"
  # A last line without its end would swallow the key that comes after it.
  [ -z "$(tail -c 1 "$keys")" ] || echo >>"$keys"
  for key do
    grep -qxF -e "$key" "$keys" || printf "%s\n" "$key" >>"$keys"
  done
  chmod 600 "$keys"
' login "$home" "$@"
