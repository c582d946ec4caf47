# shellcheck shell=sh
# Runs the command that is the words if the app has no database yet: none was made by it,
# and no file of a database lies in the state folder. The command may drop tables.
: "${state?}" "${initialized?}"

if [ -e "$initialized" ]; then exit 0; fi
found=$(find "$state" -type f -size +0 \( -name '*.db' -o -name '*.db3' -o -name '*.sqlite' -o -name '*.sqlite3' \) 2>/dev/null | head -n 1)
if [ -z "$found" ]; then "$@"; fi
touch "$initialized"
