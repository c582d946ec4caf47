# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # scripts beside it set and use them
# Stops the other releases once nothing talks to them. If that takes long, a unit of
# its own waits for their last requests with the script in later.
: "${user?}" "${unit?}" "${retire_unit?}" "${later?}"

old=$(units_of_others "$user" "$unit")
# shellcheck disable=SC2086 # a list of units
[ -z "$old" ] || disable_there $old
if ! wait "$draining"; then
  # shellcheck disable=SC2086 # a list of sockets
  [ -z "$old" ] || systemd-run --quiet --collect --unit="$retire_unit" --description="requests to old releases end" /bin/sh -c "$later" later "$old" $others
elif [ -n "$old" ]; then
  # shellcheck disable=SC2086 # a list of units
  systemctl stop --no-block $old
fi
