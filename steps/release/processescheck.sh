# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # scripts beside it set and use them
# Fails if a process that processes.sh started does not stay up for two seconds, and shows
# its last lines; the web app goes on all the same. The function of journal.sh comes before.

if [ -n "$processes" ]; then
  clock
  rest=$((begun + 200 - moment))
  [ "$rest" -le 0 ] || sleep "$(printf '%d.%02d' "$((rest / 100))" "$((rest % 100))")"
  ended=''
  for process in $processes; do
    if ! systemctl is-active --quiet "$process" || [ "$(systemctl show -P NRestarts "$process")" != 0 ]; then
      name=${process#*-process-}
      echo "the release takes the traffic, but its process ${name%.service} does not stay up; its last lines:"
      journal -n 30 -u "$process"
      ended=yes
    fi
  done
  [ -z "$ended" ] || exit 1
fi
