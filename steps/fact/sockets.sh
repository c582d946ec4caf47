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

# However much listens, it starts as many programs. Of a name it keeps what can't be taken
# for something else.
listening() {
  {
    sockets
    find /proc/[0-9]*/fd -lname 'socket:*' -printf 'owner %l %h\n' 2>/dev/null
  } | LC_ALL=C awk '
    function number(hex, i, n) {
      for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
      return n
    }
    function word(text) {
      gsub(/[^A-Za-z0-9._@:+-]/, "", text)
      return text == "" ? "?" : substr(text, 1, 60)
    }
    function name(pid, file, line, text) {
      file = "/proc/" pid "/comm"
      while ((getline line <file) > 0) text = text line
      close(file)
      return word(text)
    }
    function unit(pid, file, line, parts, n, text) {
      file = "/proc/" pid "/cgroup"
      while (text == "" && (getline line <file) > 0) {
        n = split(line, parts, "/")
        if (n > 1 && parts[n] ~ /\.(service|scope)$/) text = parts[n]
      }
      close(file)
      return word(text)
    }
    $1 != "owner" {
      at[++n] = $1 " " $2
      port[n] = number(substr($2, index($2, ":") + 1))
      inode[n] = $3
      owner[$3] = 0
      next
    }
    {
      gsub(/[^0-9]/, "", $2)
      split($3, path, "/")
      if ($2 in owner && path[3] + 0 > owner[$2]) owner[$2] = path[3] + 0
    }
    END {
      for (i = 1; i <= n; i++) {
        pid = owner[inode[i]]
        print at[i], port[i], pid ? name(pid) : "?", pid ? unit(pid) : "?"
      }
    }' | sort -u
}

published() {
  {
    nft -s list ruleset | sed -nE 's/^(.*[[:space:]])?(tcp|udp) dport (\{[^}]*\}|[0-9-]+) .*(dnat|DNAT).*$/\2 \3/p'
    iptables-save -t nat | sed -nE 's/^-A .*-p (tcp|udp) .*--dports? ([0-9:,]+) .*-j DNAT.*$/\1 \2/p'
  } 2>/dev/null | sort -u
}
