# shellcheck shell=sh
# Makes a release's source of what was uploaded: an archive with all of it, or with what the
# release that serves lacks. The app reads it and can't change it; nobody else reads it. A
# file has the time at which its content first came: a page that was loaded before asks with
# it for what changed. The functions of keeptimes.sh, lists.sh, copykept.sh and tree.sh come
# before.
#
# The source must come to the sum $tree. Its list of sums is what the next release is
# compared with.
#
# The archive stays until the release serves: a job that begins anew, because the server lost
# its power, unpacks it once more.
: "${packed?}" "${release?}" "${source?}" "${user?}" "${socket?}" "${socket_link?}" "${current?}" "${tree?}"

old=$(readlink "$current" || :)
# The power may be lost after the release began to serve.
if [ "$old" = "$release" ] && [ -e "$release/name" ]; then exit 0; fi
rm -rf "$release"
install -d -m 755 "$release"
mkdir -m 750 "$source"
tar -xzmf "$packed" -C "$release" --no-same-owner
if [ -d "$release/delta" ]; then
  copy_kept "$old" "$release"
else
  keep_times "$current/src" "$source"
fi
chown -hR "root:$user" "$source"
chmod -R u=rwX,g=rX,o= "$source"
[ "$(tree_sum "$source" "$release/sums")" = "$tree" ] || {
  rm -f "$release/sums"
  [ ! -d "$release/delta" ] || rm -f "$old/sums" # the next run sends all of it
  echo "the source on the server is not the app's: something there changed meanwhile; run the same command again, which uploads all of it" >&2
  exit 1
}
rm -rf "$release/delta"
ln -s "$socket" "$socket_link"
find "${packed%/*}" -type f ! -path "$packed" -delete # of releases that came to nothing
