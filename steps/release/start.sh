# shellcheck shell=sh
# Starts an instance of a release and asks it over its own socket until it is
# healthy. One that dies twice, takes too long or keeps answering wrongly is
# stopped, unless it has the traffic already; its last lines are printed, and in
# what it differs from the release that goes on. A 503 is what an app says that
# still warms up. It needs difference, of difference.sh. The settings are those of
# health.go; wrong_seconds is how long it may answer with a wrong status, and
# ended_workers how many of its workers may end before it has answered.
: "${unit?}" "${socket?}" "${settings?}" "${wrong_seconds?}" "${ended_workers?}"
: "${current?}" "${release?}"

systemctl start "$unit.socket"
systemctl restart "$unit.service" || :

health_path=/ health_status='' health_seconds=60 health_host=localhost health_scheme=http
# shellcheck source=/dev/null
[ ! -e "$settings" ] || . "$settings"
healthy() {
  case $health_status in
  '') [ "$1" -ge 100 ] && [ "$1" -lt 500 ] ;;
  *) [ "$1" = "$health_status" ] ;;
  esac
}
asked() {
  curl -s -o /dev/null -m "$patience" -w '%{http_code}' --unix-socket "$socket" \
    -H "Host: $health_host" -H "X-Forwarded-Proto: $health_scheme" "http://localhost$health_path" || :
}
ended() {
  journalctl -q -n 1000 -o cat _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID "$unit.service")" |
    grep -oE '(Worker (exiting )?\(pid: ?|Child process \[)[0-9]+' | grep -oE '[0-9]+$' | sort -u | wc -l
}
# give_up prints why the release is not healthy, and stops it.
give_up() {
  case $looping$status in
  yes*) echo "the release did not answer at $health_path: its workers end as soon as they start; its last lines:" ;;
  000) echo "the release did not answer at $health_path; its last lines:" ;;
  *) echo "the release answered with status $status at $health_path, and ${health_status:-one below 500} is wanted; its last lines:" ;;
  esac
  said=$(journalctl -q -n 200 -o cat -u "$unit.service")
  # What the app raised, if it did, is above what gunicorn has to say of it.
  raised=$(printf '%s\n' "$said" | sed -n '/Exception in worker process/,/Worker exiting/p')
  printf '%s\n' "${raised:-$said}" | tail -n 12
  difference
  [ "$(readlink "$current")" != "$release" ] || exit 1
  systemctl stop "$unit.socket" "$unit.service"
  systemctl reset-failed "$unit.socket" "$unit.service" 2>/dev/null || :
  exit 1
}

end=$(($(date +%s) + health_seconds)) wrong='' patience=1 counted='' looping=''
until
  status=$(asked)
  healthy "$status"
do
  now=$(date +%s)
  case $status in
  000 | 503) wrong='' ;;
  *) wrong=${wrong:-$((now + wrong_seconds))} ;;
  esac
  # A server starts workers again and again that end by themselves.
  if [ "$status" = 000 ] && [ "$now" != "$counted" ]; then
    counted=$now
    [ "$(ended)" -lt "$ended_workers" ] || looping=yes
  fi
  if [ -n "$looping" ] || [ "$now" -ge "${wrong:-$end}" ] || [ "$now" -ge "$end" ] ||
    systemctl is-failed --quiet "$unit.service" || [ "$(systemctl show -p NRestarts --value "$unit.service")" -gt 1 ]; then
    give_up
  fi
  [ "$patience" -ge 8 ] || patience=$((patience * 2))
  sleep 0.1
done
