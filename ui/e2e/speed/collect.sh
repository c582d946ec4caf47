# shellcheck shell=sh
# Prints an archive of the files that are named on its input, a line each: "new PATH" or
# "changed PATH". Files of packages that are new are left out: they come with the package.

owned=$(mktemp)
trap 'rm -f "$owned"' EXIT
cat /var/lib/dpkg/info/*.list >"$owned"
awk 'FNR == NR { owned[$0]; next } $1 == "changed" || !($2 in owned) { print $2 }' "$owned" - |
  tar --create --gzip --no-recursion --absolute-names --files-from=-
