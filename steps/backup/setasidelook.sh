# shellcheck shell=sh
# Prints "nothing" unless data lies in the folder that was replaced before this release.
: "${folder?}" "${release?}"

for about in "$folder"/*/before.json; do
  [ -e "$about" ] || continue
  grep -q "\"release\": \"$release\"" "$about" || { echo something; exit 0; }
done
echo nothing
