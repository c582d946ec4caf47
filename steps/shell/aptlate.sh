# shellcheck shell=sh
# Defines start_late, which has systemd, by its own program $real, do what was put off while
# packages were installed. The file $late has a line for each service to start; without lines,
# systemd is to read its units again. A reboot does both.
: "${real?}" "${late?}"

start_late() {
  [ -e "$late" ] || return 0
  "$real" daemon-reload
  late_units=$(sort -u "$late")
  # shellcheck disable=SC2086 # a word for each unit
  [ -z "$late_units" ] || "$real" start -- $late_units || echo "a service that a package brought did not start; it is one of:" $late_units >&2
  rm -f "$late"
}
