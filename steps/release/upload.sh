# shellcheck shell=sh
# Unpacks a source that was uploaded. The app reads it and can't change it; nobody else
# reads it. A file has the time at which its content first came: a page that was loaded
# before asks with it for what changed. The function of keeptimes.sh comes before.
#
# The archive stays until the release serves: a job that begins anew, because the server lost
# its power, unpacks it once more.
: "${packed?}" "${release?}" "${source?}" "${user?}" "${socket?}" "${socket_link?}" "${current?}"

rm -rf "$release"
install -d -m 755 "$release"
mkdir -m 750 "$source"
tar -xzmf "$packed" -C "$source" --no-same-owner
keep_times "$current/src" "$source"
chown -hR "root:$user" "$source"
chmod -R u=rwX,g=rX,o= "$source"
ln -s "$socket" "$socket_link"
find "${packed%/*}" -type f ! -path "$packed" -delete # of releases that came to nothing
