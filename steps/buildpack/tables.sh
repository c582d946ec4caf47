# shellcheck shell=sh
# Makes the tables of the app's database. The words are what the app writes: if no file of
# a database is there, initialize is run, which may drop tables; then update, which may be
# run at any time. A dyno begins with the files of the release, whatever an earlier one
# wrote, so this is run by each dyno that serves the web, and by the release phase.
: "${initialize?}" "${update?}"

found=
if [ $# -gt 0 ]; then
  found=$(find "$@" -type f -size +0 \( -name '*.db' -o -name '*.db3' -o -name '*.sqlite' -o -name '*.sqlite3' \) 2>/dev/null | head -n 1)
fi
if [ -z "$found" ] && [ -n "$initialize" ]; then sh -c "$initialize"; fi
if [ -n "$update" ]; then sh -c "$update"; fi
