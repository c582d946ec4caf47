# shellcheck shell=sh
# Writes part, a file beside the one at path, which it is to replace, and has it
# checked: the words are a command that is given the path of part. The content may be a
# secret, so the file has its mode from the beginning: it is new, and umask takes off what
# the mode has not. Most files need no program for all this.
: "${path?}" "${part?}" "${umask?}" "${mode?}" "${owner?}" "${content?}"

[ -d "${path%/*}/" ] || mkdir -p "${path%/*}/"
if [ -e "$part" ] || [ -L "$part" ]; then rm -f "$part"; fi
(
  umask "$umask"
  set -C
  printf %s "$content" >"$part"
)
[ -z "$owner" ] || chown "$owner" "$part"
[ -z "$mode" ] || chmod "$mode" "$part"
"$@" "$part" || {
  rm -f "$part"
  exit 1
}
