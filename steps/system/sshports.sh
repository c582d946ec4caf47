# shellcheck shell=sh
# Prints where sshd listens by its settings, where systemd listens for it (Ubuntu
# starts sshd by a socket unit with ports of its own), and where it really does.

sshd -T | grep '^port '
systemctl show --property=Id,ActiveState,MainPID,Listen ssh.service ssh.socket
ss -Hltnp | grep '"sshd"'
