# shellcheck shell=sh
# Runs a guest in the background, and runs it again whenever it asks for a reboot.
# systemd-nspawn, started with --keep-unit, ends with status 133 then.
#
# Arguments: the cgroup.procs files of this shell's groups, "--", those of the
# guest's groups, "--", the guest's command and its arguments. Prints nothing.
# Fails, without running the guest, if this shell's groups can't be joined.
#
# The shell stays in groups beside the guest's: the kernel allows no processes in a
# group whose members are themselves groups with controllers.

umask 022 # the operator's own is not the machine's
while [ "$1" != -- ]; do
	echo 0 >"$1" || exit 1 # 0 is the process that writes, where $$ is the outermost shell
	shift
done
shift
while
	(
		while [ "$1" != -- ]; do
			echo 0 >"$1" || exit 1
			shift
		done
		shift
		exec "$@"
	)
	[ $? -eq 133 ]
do
	:
done &
