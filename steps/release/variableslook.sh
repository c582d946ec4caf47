# shellcheck shell=sh
# Prints which release takes the traffic as "serving RELEASE", and sums of variables: "from NAME SUM" as that release has them,
# "has NAME SUM" as this one has them. A value never leaves the server.
#
# A release that takes the traffic has what it has, unless variables are given now.
# Each sum takes a while, so those that decide nothing are left out.
: "${id?}" "${folder?}" "${file?}" "${current?}" "${given?}"

# sums WORD FILE: prints a line of WORD, name and sum for each variable.
sums() {
  records "$2" | while IFS= read -r line; do
    echo "$1 ${line%%=*} $(printf '%s' "$line" | sha256sum | cut -d' ' -f1)"
  done
}

serving=$(readlink "$current")
serving=${serving##*/}
echo "serving $serving"
[ "$serving" = "$id" ] || sums from "$folder/$serving.env"
if [ "$serving" != "$id" ] || [ -n "$given" ]; then sums has "$file"; fi
