# shellcheck shell=sh
# Prints what of the app's data is on the server, for the case that the program there does
# not say: "files NUMBER BYTES" of the app's state, "database KIND BYTES" of each database
# of Slipway's, "aside NUMBER" of what was set aside. It only reads, and follows no link.
: "${state?}" "${aside?}" "${databases?}"

if [ -d "$state" ]; then
  find "$state" -xdev ! -type d -printf '%s\n' 2>/dev/null | awk '{ n++; bytes += $1 } END { printf "files %.0f %.0f\n", n, bytes }'
fi
for kind in postgres mariadb redis; do
  if [ -n "$(find "$databases-$kind" -xdev -type f -print -quit 2>/dev/null)" ]; then
    echo "database $kind $(du -sxb "$databases-$kind" | cut -f1)"
  fi
done
if [ -d "$aside" ]; then
  echo "aside $(find "$aside" -mindepth 1 -maxdepth 1 | wc -l)"
fi
