# shellcheck shell=sh
# Prints the sockets that wait for others, as "socket PROTOCOL ADDRESS:PORT INODE", and
# for each process that has a socket open "holder INODE PID CGROUP". No process's name is
# in it: a process may call itself anything, but not be in another unit's control group.

ss -Htulne | while read -r protocol _ _ _ address _ more; do
  inode=${more#*ino:}
  echo "socket $protocol $address ${inode%% *}"
done
cgroup() { sed -n 's/^\(0:\|[0-9]*:name=systemd\):\(\/[^ ]*\)$/\2/p' "/proc/$1/cgroup" | tail -n 1; }
root=$(cgroup 1)
root=${root%init.scope} root=${root%/}
find /proc/[0-9]*/fd -lname 'socket:[[]*' -printf '%h %l\n' 2>/dev/null | sort -u | while read -r folder link; do
  pid=${folder#/proc/} pid=${pid%/fd}
  open=${link#socket:?}
  if [ "$pid" != "${before:-}" ]; then
    before=$pid
    group=$(cgroup "$pid" 2>/dev/null)
  fi
  echo "holder ${open%?} $pid ${group#"$root"}"
done
