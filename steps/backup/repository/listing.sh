# Lists the repository. No backup or restore runs meanwhile, so it lists nothing half-made.
# shellcheck shell=sh
: "${folder?}" "${lock?}" "${patience?}"

set -eu
exec 9>>"$lock"
if ! flock --shared --wait "$patience" 9; then
  echo busy
  exit 0
fi
if ! cd "$folder" 2>/dev/null || ! [ -e config ]; then
  echo none
  exit 0
fi
printf 'config %s\n' "$(base64 --wrap=0 config)"
find data index keys snapshots -type f -printf 'file %s %p\n'
