# shellcheck shell=sh
# Prints the sockets that wait for others, as "socket PROTOCOL ADDRESS:PORT INODE", and
# for each process that has a socket open "holder INODE PID CGROUP". No process's name is
# in it: a process may call itself anything, but not be in another unit's control group.
# However many processes there are, it starts three programs.

ss -Htulne | while read -r protocol _ _ _ address _ more; do
  inode=${more#*ino:}
  echo "socket $protocol $address ${inode%% *}"
done
find /proc/[0-9]*/fd -lname 'socket:[[]*' -printf '%h %l\n' 2>/dev/null | awk '
  function cgroup(pid,    file, line, group) {
    file = "/proc/" pid "/cgroup"
    group = ""
    while ((getline line <file) > 0)
      if (line ~ /^(0:|[0-9]+:name=systemd):\/[^ ]*$/) {
        sub(/^(0:|[0-9]+:name=systemd):/, "", line)
        group = line
      }
    close(file)
    return group
  }
  BEGIN {
    root = cgroup(1)
    sub(/init\.scope$/, "", root)
    sub(/\/$/, "", root)
  }
  {
    pid = $1
    inode = $2
    gsub(/[^0-9]/, "", pid)
    gsub(/[^0-9]/, "", inode)
    if (seen[pid, inode]++) next
    if (pid != before) {
      before = pid
      group = cgroup(pid)
      if (index(group, root) == 1) group = substr(group, length(root) + 1)
    }
    print "holder", inode, pid, group
  }'
