# shellcheck shell=sh
# Stops the other releases once nothing talks to them. If that takes long, a unit of
# its own waits for their last requests with the script in later.
: "${user?}" "${unit?}" "${socket?}" "${sockets?}" "${drain_tenths?}" "${retire_unit?}" "${later?}"

old=$(units_of_others "$user" "$unit")
if [ -n "$old" ]; then
  # shellcheck disable=SC2086 # a list of units
  disable_there $old
  set --
  for file in "$sockets"/*.sock; do
    [ "$file" = "$socket" ] || set -- "$@" "$file"
  done
  if idle "$drain_tenths" "$@"; then
    # shellcheck disable=SC2086 # a list of units
    systemctl stop --no-block $old
  else
    systemd-run --quiet --collect --unit="$retire_unit" --description="requests to old releases end" /bin/sh -c "$later" later "$old" "$@"
  fi
fi
