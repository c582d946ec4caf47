# shellcheck shell=sh
# Defines listening, which prints who listens on this server, a line each: "tcp|udp
# ADDRESS:PORT PORT PROGRAM UNIT", the first as the kernel's tables have it, hexadecimal,
# and published, which prints "tcp|udp PORTS" for each rule that passes connections on to
# a container or another computer. The tables hold no text of others, and sockets are
# found by their inodes; the names are for people only.

sockets() {
  for table in tcp tcp6 udp udp6; do
    awk -v protocol="${table%6}" 'FNR > 1 && $4 == (protocol == "tcp" ? "0A" : "07") { print protocol, $2, $10 }' "/proc/net/$table" 2>/dev/null
  done
}

# word keeps of a name what can't be taken for something else.
word() { tr -cd 'A-Za-z0-9._@:+-' | cut -c1-60; }

listening() {
  owners=$(find /proc/[0-9]*/fd -lname 'socket:*' -printf '%l %h\n' 2>/dev/null | sort -u)
  sockets | while read -r protocol at inode; do
    pid=$(printf '%s\n' "$owners" | grep -F "socket:[$inode] " | cut -d/ -f3 | sort -n | tail -n 1)
    name=$(word 2>/dev/null <"/proc/${pid:-none}/comm")
    unit=$(sed -n 's,^.*/\([^/]*\.\(service\|scope\)\)$,\1,p' "/proc/${pid:-none}/cgroup" 2>/dev/null | head -n 1 | word)
    echo "$protocol $at $((0x${at##*:})) ${name:-?} ${unit:-?}"
  done | sort -u
}

published() {
  {
    nft -s list ruleset | sed -nE 's/^(.*[[:space:]])?(tcp|udp) dport (\{[^}]*\}|[0-9-]+) .*(dnat|DNAT).*$/\2 \3/p'
    iptables-save -t nat | sed -nE 's/^-A .*-p (tcp|udp) .*--dports? ([0-9:,]+) .*-j DNAT.*$/\1 \2/p'
  } 2>/dev/null | sort -u
}
