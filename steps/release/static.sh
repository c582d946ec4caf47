# shellcheck shell=sh
# Copies what nginx serves out of the source. The words are pairs: a URL's path, and
# the folder in the source that is served there. Prints which folder is missing. The
# function of keeptimes.sh comes before.
: "${source?}" "${static?}" "${current?}"

rm -rf "$static"
mkdir -m 755 "$static"
while [ $# -gt 0 ]; do
  if [ ! -d "$source/$2" ]; then
    echo "the release has no folder $2 to serve at $1: correct app.static in slipway.toml"
    exit 1
  fi
  place=$static${1%/}
  mkdir -p "$(dirname "$place")"
  cp -rT --preserve=timestamps "$source/$2" "$place"
  shift 2
done
# A link could lead to files that are not for everybody.
find "$static" -type l -delete
keep_times "$current/static" "$static"
chmod -R u=rwX,go=rX "$static"
