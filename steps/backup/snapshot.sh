# shellcheck shell=sh
# Copies the data by the words. A backup that runs is waited for. If the data does not fit
# the disk twice, a file says why there is no copy, and the run goes on.
: "${folder?}" "${current?}" "${released?}"

rm -rf "$folder" "$folder.off" "$folder.none"
mkdir -p "${folder%/*}"
chmod 700 "${folder%/*}"
log=$(mktemp)
tries=0
until "$@" >"$log" 2>&1; do
  tries=$((tries + 1))
  why=$(sed -n 's/^@ .*"error": "\(\([^"\\]\|\\.\)*\)".*/\1/p' "$log" | tail -n 1)
  case $why in
    another*is\ running\ since*) if [ "$tries" -lt 100 ]; then sleep 3; continue; fi;;
  esac
  if grep -q '^@ .*"full": true' "$log"; then
    echo "$why" >"$folder.none"
    break
  fi
  grep -v '^@ ' "$log" || :
  rm -f "$log"
  echo "the data could not be copied before the release command: ${why:-the program on the server said no more}"
  exit 1
done
rm -f "$log"
