# shellcheck shell=sh
# Stops the units in $1, separated by white space, once nothing talks to the sockets
# that are the other words, or once requests to the earlier release have had their time.
# The functions of idle.sh come before.
: "${retire_seconds?}" "${limits?}"

units=$1
shift
seconds=$(sed -n 's/^# retire-seconds=\([0-9]\{1,6\}\)$/\1/p' "$limits" 2>/dev/null || :)
idle "${seconds:-$retire_seconds}00" "$@" || :
# shellcheck disable=SC2086 # a list of units
systemctl stop --no-block $units
