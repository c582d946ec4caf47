# shellcheck shell=sh
# Runs the command that is the words. If it fails, the last thing that is printed is in
# what the release differs from the one that takes the traffic.
: "${release?}" "${current?}" "${variables?}"

"$@" || {
  status=$?
  difference "$current" "$release" "$variables"
  exit "$status"
}
