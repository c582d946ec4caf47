# shellcheck shell=sh
# Prints which release takes the traffic and a line with the sum of each variable: a
# value never leaves the server. "has" is a variable of the release in hand, "from"
# one of the release that takes the traffic. If that is the release in hand, it has
# what it has, and its sums are left out unless variables are given now: each sum
# takes a while. It needs records, of variablerecords.sh.
: "${current?}" "${folder?}" "${file?}" "${id?}" "${given?}"

stat -c '%F %a %U:%G %n' "$folder" "$file"
serving=$(basename "$(readlink "$current")")
echo "serving $serving"
sums() {
  records "$2" | while IFS= read -r line; do
    echo "$1 ${line%%=*} $(printf '%s' "$line" | sha256sum | cut -d' ' -f1)"
  done
}
[ "$serving" = "$id" ] || sums from "$folder/$serving.env"
if [ "$serving" != "$id" ] || [ -n "$given" ]; then sums has "$file"; fi
