# shellcheck shell=sh
# Stops the processes of other releases, then starts those of the release that took
# over: two of one process never run at a time. A process that does not stay up is an
# error, which is told with its last lines; the web app goes on all the same.
: "${user?}" "${unit?}"

old=$(systemctl list-units --plain --no-legend --full "$user-*-process-*.service" | cut -d' ' -f1 | grep -v "^$unit-process-" || :)
if [ -n "$old" ]; then
  # shellcheck disable=SC2086 # a list of units
  systemctl stop $old
  # shellcheck disable=SC2086 # a list of units
  disable_there $old
fi
set --
for file in "/etc/systemd/system/$unit-process-"*.service; do
  [ ! -e "$file" ] || set -- "$@" "$(basename "$file")"
done
if [ $# -gt 0 ]; then
  systemctl restart "$@" || :
  systemctl --quiet --no-reload enable "$@"
  sleep 2
  ended=''
  for process in "$@"; do
    if ! systemctl is-active --quiet "$process" || [ "$(systemctl show -P NRestarts "$process")" != 0 ]; then
      name=${process#*-process-}
      echo "the release takes the traffic, but its process ${name%.service} does not stay up; its last lines:"
      journalctl -q -n 30 -o cat -u "$process"
      ended=yes
    fi
  done
  [ -z "$ended" ] || exit 1
fi
