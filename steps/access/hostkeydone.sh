# shellcheck shell=sh
# Writes the public half of the key in the folder next to the file made, and removes
# the folder: the key is in its place.
: "${next?}" "${made?}"

cut -d' ' -f1,2 "$next/key.pub" >"$made"
rm -rf "$next"
