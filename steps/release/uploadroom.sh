# shellcheck shell=sh
# Prints whether a release's source is complete, and if not, how many kilobytes are free where
# it is to lie and where what is uploaded is kept, and whether the release that serves has
# anything to compare with.
: "${name?}" "${root?}" "${uploads?}" "${current?}"

# free KIND FOLDER: prints what is free where the folder is or will be.
free() {
  at=$2
  while [ ! -d "$at" ]; do at=$(dirname -- "$at"); done
  df -Pk -- "$at" | awk -v kind="$1" 'NR == 2 { print kind, $4 }'
}

if [ -e "$name" ]; then
  echo "source there"
else
  free room "$root"
  free spool "$uploads"
  [ ! -f "$current/sums" ] || echo "base there"
fi
