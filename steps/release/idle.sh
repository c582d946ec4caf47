# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # scripts beside it set and use them
# Functions that tell whether anything talks to Unix sockets. The function of clock.sh
# comes before.

# busy SOCKET...: whether one of them has a connection, accepted or not. The kernel lists
# a connection by the socket that it was made to, and that socket with another flag.
busy() {
  awk -v sockets=" $* " '
    $4 == "00000000" && index(sockets, " " $8 " ") { found = 1; exit }
    END { exit !found }' /proc/net/unix
}

# idle HUNDREDTHS SOCKET...: waits until none of them is busy; false if one still is after
# so many hundredths of a second. It looks often at first: most connections end soon.
idle() {
  clock
  idle_end=$((moment + $1)) idle_looks=0 idle_pause=0.02
  shift
  while busy "$@"; do
    clock
    [ "$moment" -lt "$idle_end" ] || return 1
    idle_looks=$((idle_looks + 1))
    [ "$idle_looks" -lt 50 ] || idle_pause=0.1
    sleep "$idle_pause"
  done
}
