# Takes a tar archive of a repository. It stands in its place once each file was compared with
# its name.
# shellcheck shell=sh
: "${folder?}"

set -eu
umask 077
if [ -e "$folder/config" ]; then
  echo "there is a repository at $folder already" >&2
  exit 1
fi
incoming=$folder.incoming
rm -rf -- "$incoming"
mkdir -p -- "$incoming"
tar --extract --no-same-owner --no-same-permissions --directory="$incoming" --file=-
(cd "$incoming" && find data index keys snapshots -type f -printf '%f  %p\n' | sha256sum --check --strict --quiet) >&2
sync -f "$incoming"
rm -rf -- "$folder"
mv -T -- "$incoming" "$folder"
