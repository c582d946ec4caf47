# shellcheck shell=sh
# Makes the tables of the app's database: if no file of a database is there, initialize is
# run, which may drop tables; then update, which may be run at any time. kept is what the
# app writes, a path a line. A dyno begins with the files of the release, whatever an
# earlier one wrote, so this is run by the release phase, and by each dyno that serves the
# web, which has the word web. There, an update that the app's owner gave is left out if
# the database is a server: the release phase was enough.
: "${initialize?}" "${update?}" "${given?}" "${kept?}"

at=${1-} found=
if [ -n "$kept" ]; then
  found=$(printf '%s\n' "$kept" | while IFS= read -r path; do
    find "$path" -type f -size +0 \( -name '*.db' -o -name '*.db3' -o -name '*.sqlite' -o -name '*.sqlite3' \) 2>/dev/null || :
  done)
fi
if [ -z "$found" ] && [ -n "$initialize" ]; then sh -c "$initialize"; fi
case $at,$given,${DATABASE_URL-} in
  web,yes,sqlite* | web,yes,) ;;
  web,yes,*) update= ;;
esac
if [ -n "$update" ]; then sh -c "$update"; fi
