# shellcheck shell=sh
# Runs the first argument, a line for sh, if the app has no database yet: none was made by
# it, and no file of a database lies in the folders that are the other arguments. The
# command may drop tables.
: "${STATE_DIRECTORY?}"

line=$1
shift
made=$STATE_DIRECTORY/.initialized
if [ -e "$made" ]; then exit 0; fi
found=$(find "$@" -type f -size +0 \( -name '*.db' -o -name '*.db3' -o -name '*.sqlite' -o -name '*.sqlite3' \) 2>/dev/null | head -n 1)
if [ -z "$found" ]; then sh -c "$line" || exit; fi
: >"$made"
