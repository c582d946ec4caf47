# shellcheck shell=sh
# Runs a command in the background, in control groups, and ends at once: whoever
# started this script does not wait for the command, and init reaps it.
#
# Arguments: the cgroup.procs files of the groups, "--", the command and its
# arguments. Prints nothing. Fails, without running the command, if a group can't
# be joined.

umask 022 # the operator's own is not the machine's
while [ "$1" != -- ]; do
	echo 0 >"$1" || exit 1 # 0 is the process that writes
	shift
done
shift
"$@" &
