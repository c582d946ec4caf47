# shellcheck shell=sh
# Writes part, a file beside the one at path, which it is to replace, and has it
# checked: the words are a command that is given the path of part. The file is made
# empty and closed to others first, for the content may be a secret.
: "${path?}" "${part?}" "${mode?}" "${owner?}" "${content?}"

mkdir -p "${path%/*}/"
install -m 600 /dev/null "$part"
printf %s "$content" >"$part"
chown "$owner" "$part"
chmod "$mode" "$part"
"$@" "$part" || {
  rm -f "$part"
  exit 1
}
