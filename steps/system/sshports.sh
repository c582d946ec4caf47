# shellcheck shell=sh
# Prints where sshd listens by its settings, and where systemd listens for it (Ubuntu
# starts sshd by a socket unit with ports of its own). Where it really does is for
# sockets.sh to print.

sshd -T | grep '^port '
systemctl show --property=Id,ActiveState,MainPID,Listen ssh.service ssh.socket
