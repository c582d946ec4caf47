# shellcheck shell=sh
# Writes a release's file of variables: those of the release that takes the traffic,
# without the omitted ones, then the lines that are the words. It is first written
# beside, as the file of the second instance. It ends there only if the release runs
# with other variables: what follows then restarts it with them.
: "${id?}" "${unit?}" "${folder?}" "${file?}" "${next?}" "${current?}" "${omitted?}" "${limit?}"

umask 077
install -d -m 700 -o root -g root "$folder"
serving=$(readlink "$current" || :)
serving=${serving##*/}
[ ! -e "$next" ] || rm -f "$next"
if [ -n "$serving" ] && [ -e "$folder/$serving.env" ]; then
  without "$omitted" "$folder/$serving.env" >"$next"
else
  : >"$next"
fi
[ $# = 0 ] || printf '%s\n' "$@" >>"$next"
size=$(wc -c <"$next")
if [ "$size" -gt "$limit" ]; then
  rm -f "$next"
  echo "the variables are not changed: with those that the app has they are $size bytes, and Linux starts no program with more than $limit"
  exit 1
fi
if [ "$serving" != "$id" ] || cmp -s "$next" "$file" || ! systemctl is-active --quiet "$unit.service"; then
  mv -fT "$next" "$file"
  exit 0
fi
