# Prints a tar archive of the repository's files that standard input names.
# shellcheck shell=sh
: "${folder?}"

set -eu
cd "$folder"
exec tar --create --no-recursion --null --verbatim-files-from --files-from=- --file=-
