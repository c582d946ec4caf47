# shellcheck shell=sh
# Unpacks a source that was uploaded. The app reads it and can't change it; nobody else
# reads it.
: "${packed?}" "${release?}" "${source?}" "${user?}" "${socket?}" "${socket_link?}"

rm -rf "$release"
install -d -m 755 "$release"
mkdir -m 750 "$source"
tar -xzf "$packed" -C "$source" --no-same-owner
chown -R "root:$user" "$source"
chmod -R u=rwX,g=rX,o= "$source"
ln -s "$socket" "$socket_link"
rm "$packed"
