# shellcheck shell=sh
# Functions that tell whether anything talks to Unix sockets.

# busy SOCKET...: whether one of them has a connection, accepted or not.
busy() {
  ss -xHna | awk -v sockets=" $* " '
    index(sockets, " " $5 " ") { n += $2 == "LISTEN" ? $3 : 1 }
    END { exit !n }'
}

# idle TENTHS SOCKET...: waits until none of them is busy; false if one still is after
# so many tenths of a second.
idle() {
  tenths=$1
  shift
  while busy "$@"; do
    [ "$tenths" -gt 0 ] || return 1
    tenths=$((tenths - 1))
    sleep 0.1
  done
}
