# shellcheck shell=sh
# Prints the sockets that wait for others, as "socket PROTOCOL ADDRESS:PORT INODE", and
# for each process that has a socket open "holder INODE PID CGROUP". No process's name is
# in it: a process may call itself anything, but not be in another unit's control group.
# However many processes there are, it starts no program for each.

ss -Htulne | awk '{
  inode = $0
  for (i = 1; i <= 6; i++) sub(/^ *[^ ]+ */, "", inode)
  sub(/^.*ino:/, "", inode)
  sub(/ .*/, "", inode)
  print "socket", $1, $5, inode
}'
find /proc/[0-9]*/fd -lname 'socket:[[]*' -printf '%h %l\n' 2>/dev/null | sort -u | awk '
  function group(pid, file, line, found) {
    file = "/proc/" pid "/cgroup"
    while ((getline line <file) > 0)
      if (sub(/^(0:|[0-9]*:name=systemd):\//, "/", line) && line !~ / /) found = line
    close(file)
    return found
  }
  BEGIN { root = group(1); sub(/init\.scope$/, "", root); sub(/\/$/, "", root) }
  {
    split($1, folders, "/")
    pid = folders[3]
    if (pid != before) { before = pid; of = group(pid); if (index(of, root) == 1) of = substr(of, length(root) + 1) }
    print "holder", substr($2, 9, length($2) - 9), pid, of
  }'
