# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # scripts beside it set and use them
# Stops the processes of other releases, then starts those of the release that took
# over: two of one process never run at a time. processescheck.sh tells later whether they
# stay up. The function of clock.sh comes before.
: "${user?}" "${unit?}"

old=''
for file in "/etc/systemd/system/$user"-*-process-*.service; do
  [ ! -e "$file" ] || old=yes
done
[ -z "$old" ] || old=$(systemctl list-units --plain --no-legend --full "$user-*-process-*.service" | cut -d' ' -f1 | grep -v "^$unit-process-" || :)
if [ -n "$old" ]; then
  # shellcheck disable=SC2086 # a list of units
  systemctl stop $old
  # shellcheck disable=SC2086 # a list of units
  disable_there $old
fi
set --
for file in "/etc/systemd/system/$unit-process-"*.service; do
  [ ! -e "$file" ] || set -- "$@" "${file##*/}"
done
processes=$*
if [ $# -gt 0 ]; then
  systemctl restart "$@" || :
  SYSTEMD_OFFLINE=1 systemctl --quiet enable "$@"
fi
clock
begun=$moment
