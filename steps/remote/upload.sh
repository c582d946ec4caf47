# shellcheck shell=sh
# Keeps standard input, the content from the byte $offset on, in the file $path if all of it
# came: $length bytes with the SHA-256 $sum. What came stays in the file $part if a
# connection drops on the way, and the next one goes on there. Until all of it came the old
# file stays.
#
# What an earlier connection left running may still write: the same bytes to the same
# places. It may also be first to give the file its name.
: "${path?}" "${part?}" "${offset?}" "${length?}" "${sum?}"

set -eu
umask 077

# whole FILE: whether it is what was sent.
whole() { [ -f "$1" ] && came=$(sha256sum <"$1") && [ "${came%% *}" = "$sum" ]; }

mkdir -p "$(dirname "$path")"
dd of="$part" bs=64K seek="$offset" oflag=seek_bytes conv=notrunc status=none || {
  rm -f "$part" # the disk may be full
  exit 1
}
[ ! -f "$part" ] || [ "$(wc -c <"$part")" -ge "$length" ] || {
  echo "the upload was cut short" >&2
  exit 75
}
whole "$part" || whole "$path" || {
  rm -f "$part"
  echo "what came is not what was sent" >&2
  exit 76
}
if [ -f "$part" ]; then
  sync "$part" # a job that waits for it may begin anew after a power cut
  mv -fT "$part" "$path"
fi
for left in "$path".*.part; do
  rm -f "$left" # of another content
done
