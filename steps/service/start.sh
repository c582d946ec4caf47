# shellcheck shell=sh
# Starts or restarts a database, and shows what it printed if it does not start. The
# function of journal.sh comes before.
: "${unit?}" "${verb?}"

began=$(date +%s)
systemctl reset-failed "$unit" 2>/dev/null || :
if ! systemctl "$verb" "$unit"; then
  journal -n 20 --since "@$began" -u "$unit"
  echo "$unit does not start"
  exit 1
fi
