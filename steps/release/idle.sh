# shellcheck shell=sh
# Functions. busy SOCKET... tells whether one of these sockets has a connection, or
# one that is to be accepted. idle TENTHS SOCKET... waits until none has, for so
# many tenths of a second at most. This text is an argument of systemd-run too, so
# no variable may stand in braces: systemd would expand it.

busy() {
  ss -xHna | awk -v sockets=" $* " 'index(sockets, " " $5 " ") { n += $2 == "LISTEN" ? $3 : 1 } END { exit !n }'
}
idle() {
  left=$1
  shift
  while busy "$@"; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.1
  done
}
