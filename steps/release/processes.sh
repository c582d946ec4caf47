# shellcheck shell=sh
# shellcheck disable=SC2086 # names of units have no spaces, and each is a word
# Ends the processes of other releases, then starts those of the release that took
# over: there are never two of one at a time. It tells of one that does not stay up,
# and fails; the web app goes on all the same.
: "${user?}" "${unit?}"

old=$(systemctl list-units --plain --no-legend --full "$user-*-process-*.service" | cut -d' ' -f1 | grep -v "^$unit-process-" || :)
if [ -n "$old" ]; then
  systemctl stop $old
  systemctl --quiet --no-reload disable $old
fi
new=
for file in "/etc/systemd/system/$unit-process-"*.service; do
  [ ! -e "$file" ] || new="$new $(basename "$file")"
done
if [ -n "$new" ]; then
  systemctl restart $new || :
  systemctl --quiet --no-reload enable $new
  sleep 2
  ended=
  for process_unit in $new; do
    if ! systemctl is-active --quiet "$process_unit" || [ "$(systemctl show -P NRestarts "$process_unit")" != 0 ]; then
      process=${process_unit#*-process-}
      echo "the release takes the traffic, but its process ${process%.service} does not stay up; its last lines:"
      journalctl -q -n 10 -o cat -u "$process_unit"
      ended=yes
    fi
  done
  [ -z "$ended" ] || exit 1
fi
