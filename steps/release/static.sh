# shellcheck shell=sh
# Copies what nginx serves of a release without the app. Its words are, for each
# folder: the folder in the source, its place, how slipway.toml names it, and the
# path that it is served under.
: "${static?}"

rm -rf "$static"
mkdir -m 755 "$static"
while [ $# -gt 0 ]; do
  if [ ! -d "$1" ]; then
    echo "the release has no folder $3 to serve at $4: correct app.static in slipway.toml"
    exit 1
  fi
  mkdir -p "$(dirname "$2")"
  cp -rT "$1" "$2"
  shift 4
done
# A link could lead to what is not for everybody.
find "$static" -type l -delete
chmod -R u=rwX,go=rX "$static"
