# shellcheck shell=sh
# Stops the units in $1, separated by white space, once nothing talks to the sockets
# that are the other words. The functions of idle.sh come before.
: "${retire_tenths?}"

units=$1
shift
idle "$retire_tenths" "$@" || :
# shellcheck disable=SC2086 # a list of units
systemctl stop --no-block $units
