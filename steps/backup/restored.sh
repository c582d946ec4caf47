# Runs the words, and says why if they fail.
# shellcheck shell=sh
log=$(mktemp)
if ! "$@" >"$log" 2>&1; then
  grep -v '^@ ' "$log" || :
  sed -n 's/^@ .*"error": "\(\([^"\\]\|\\.\)*\)", "hint": "\(\([^"\\]\|\\.\)*\)".*/the backup was not taken up: \1; \3/p' "$log" | tail -n 1
  rm -f "$log"
  exit 1
fi
grep -v '^@ ' "$log" || :
rm -f "$log"
