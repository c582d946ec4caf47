# shellcheck shell=sh
# Copies what nginx serves out of the source. The words are pairs: a URL's path, and
# the folder in the source that is served there. Prints which folder is missing, and
# which links nginx does not serve. The functions of bounds.sh and keeptimes.sh come
# before.
#
# The app's user copies, so that nothing is served that the app can't read, and what it
# copies becomes root's then.
: "${source?}" "${static?}" "${current?}" "${user?}" "${serve_links?}"

rm -rf "$static"
install -d -m 755 -o "$user" "$static"
while [ $# -gt 0 ]; do
  folder=$source/$2 place=$static${1%/}
  if [ ! -d "$folder" ]; then
    echo "the release has no folder $2 to serve at $1: correct app.static in slipway.toml"
    exit 1
  fi
  inside "$source" "$folder" || {
    echo "the folder $2, to serve at $1, leads to $(realpath -m -- "$folder"), outside of the app's folder: put a copy in its place"
    exit 1
  }
  as_user "$user" mkdir -p -- "$(dirname -- "$place")"
  as_user "$user" cp -rT --preserve=timestamps -- "$folder/." "$place"
  as_user "$user" find "$place/" -type l -delete
  said=$(as_user "$user" find "$folder/" -type l -exec sh -euc "$serve_links" serve_links "$folder" "$place" {} +)
  [ -z "$said" ] || printf '%s\n' "$said" | sed -n '1,20p; 21s/.*/nginx does not serve more links either/p'
  shift 2
done
chown -hR root:root "$static"
find "$static" ! -type d \( ! -type f -o -links +1 \) -delete
keep_times "$current/static" "$static"
chmod -R u=rwX,go=rX "$static"
