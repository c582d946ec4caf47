# shellcheck shell=sh
# Keeps standard input, of $length bytes, in the file $path if all of it came. A
# connection that drops on the way leaves the old file.
: "${path?}" "${length?}"

set -eu
umask 077
mkdir -p "$(dirname "$path")"
cat >"$path.part"
if [ "$(wc -c <"$path.part")" != "$length" ]; then
  rm -f "$path.part"
  echo "the upload was cut short" >&2
  exit 75
fi
sync "$path.part" # a job that waits for it may begin anew after a power cut
mv -fT "$path.part" "$path"
