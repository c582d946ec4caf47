# shellcheck shell=sh
# Fails if sshd would leave a port that it listens on once it reads its settings
# again: somebody changed them and did not finish. Where a socket unit listens for
# sshd, the ports in the settings do not count.
mkdir -p /run/sshd
pid=$(systemctl show --property=MainPID --value ssh.service)
if [ "${pid:-0}" != 0 ] && ! systemctl --quiet is-active ssh.socket; then
  for port in $(ss -Hltnp | sed -n "s/^LISTEN  *[0-9]*  *[0-9]*  *[^ ]*:\([0-9]*\) .*,pid=$pid,.*/\1/p" | sort -u); do
    sshd -T | grep -qx "port $port" && continue
    echo "sshd listens at port $port, and its settings do not say so any more: restart sshd, or correct its settings"
    exit 1
  done
fi
