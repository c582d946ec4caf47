# shellcheck shell=sh
# Fails if sshd would leave a port that it listens on once it reads its settings
# again: somebody changed them and did not finish. Where a socket unit listens for
# sshd, the ports in the settings do not count. A socket is sshd's if sshd has its
# inode open, whatever processes are called.
mkdir -p /run/sshd
pid=$(systemctl show --property=MainPID --value ssh.service)
if [ "${pid:-0}" != 0 ] && ! systemctl --quiet is-active ssh.socket; then
  sockets=$(find "/proc/$pid/fd" -lname 'socket:[[]*' -printf '%l\n')
  ports=$(ss -Hltne | while read -r _ _ _ address _ more; do
    inode=${more#*ino:}
    case $sockets in *"[${inode%% *}]"*) echo "${address##*:}" ;; esac
  done | sort -u)
  for port in $ports; do
    sshd -T | grep -qx "port $port" && continue
    echo "sshd listens at port $port, and its settings do not say so any more: restart sshd, or correct its settings"
    exit 1
  done
fi
