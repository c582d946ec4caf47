# shellcheck shell=sh
# The function start, which starts an instance of a release, and its health check. The
# functions of difference.sh and journal.sh come before.
: "${release?}" "${health?}" "${current?}" "${variables?}" "${wrong_seconds?}" "${ended_limit?}"

# accepted STATUS: whether an answer with this status is a healthy one.
accepted() {
  case $health_status in
    '') [ "$1" -ge 100 ] && [ "$1" -lt 500 ];;
    *) [ "$1" = "$health_status" ];;
  esac
}

# answer SOCKET: asks the instance over its own socket and prints the status of the
# answer, 000 if there is none.
answer() {
  curl -s -o /dev/null -m "$patience" -w '%{http_code}' --unix-socket "$1" \
    -H "Host: $health_host" -H "X-Forwarded-Proto: $health_scheme" "http://localhost$health_path" || :
}

# ended_workers UNIT: prints how many of its workers have ended since it was started.
ended_workers() {
  journalctl -q -n 1000 -o cat "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID "$1.service")" |
    grep -oE '(Worker (exiting )?\(pid: ?|Child process \[)[0-9]+' | grep -oE '[0-9]+$' | sort -u | wc -l
}

# again UNIT: prints how often it may be started again by itself. Workers that make the
# tables of a new database at the same time end each other; a later start finds them.
again() {
  if journal -n 200 -u "$1.service" | grep -q 'already exists'; then echo 5; else echo 1; fi
}

# hopeless UNIT: whether to wait longer is of no use: the time is over, or it does not
# stay up.
hopeless() {
  [ -n "$looping" ] || [ "$now" -ge "${wrong_end:-$end}" ] || [ "$now" -ge "$end" ] ||
    systemctl is-failed --quiet "$1.service" || often_restarted "$1"
}

# often_restarted UNIT: whether it was started again too often. The log is read only where
# it decides that: to read it takes long on a server that is busy.
often_restarted() {
  restarts=$(systemctl show -P NRestarts "$1.service")
  [ "$restarts" -gt 1 ] && [ "$restarts" -gt "$(again "$1")" ]
}

# last_error: prints its input from the last error on. The health check asks again and
# again, so the log has the same error many times. An error that was raised while another
# one was handled belongs to that one. If the last one is only being written, the one
# before it is printed: what an error is stands in its last line.
last_error() {
  awk '
    /^Traceback \(most recent call last\)/ && !chained { if (whole) before = text; text = ""; whole = 0 }
    { text = text $0 "\n" }
    /^Traceback/ { found = 1; whole = 0; next }
    /^(During handling of the above exception|The above exception was the direct cause)/ { chained = 1; next }
    /^[^ \t]/ { chained = 0; whole = found }
    END { printf "%s", whole || before == "" ? text : before }'
}

# give_up UNIT: tells why the instance is not healthy, and stops it unless its release
# has the traffic already. It ends the script.
give_up() {
  case $looping$status in
    yes*) echo "the release did not answer at $health_path: its workers end as soon as they start; its last lines:";;
    000)
      late=''
      [ "$now" -lt "$end" ] || late=" within $health_seconds s"
      echo "the release did not answer at $health_path$late; its last lines:"
      ;;
    *) echo "the release answered with status $status at $health_path, and ${health_status:-one below 500} is wanted; its last lines:";;
  esac
  # What systemd says of each start would hide what the app said.
  log=$(journal -n 400 --since "@$began" -u "$1.service" |
    grep -vE "^$1\.service: (Start request|Scheduled|Main process|Control process|Failed with|Killing)|^(Starting|Started|Failed to start|Stopped) $1\.service" || :)
  # What the app raised, if it did, is above what gunicorn says about it.
  raised=$(printf '%s\n' "$log" | sed -n '/Exception in worker process/,/Worker exiting/p')
  # Frames of the import itself and lines of carets say nothing.
  printf '%s\n' "${raised:-$log}" | last_error | grep -vE '^  File "<frozen |^ *[~^]+$' | tail -n 80 || :
  difference "$current" "$release" "$variables"
  [ "$(readlink "$current")" != "$release" ] || exit 1
  systemctl stop "$1.socket" "$1.service"
  systemctl reset-failed "$1.socket" "$1.service" 2>/dev/null || :
  exit 1
}

# start UNIT SOCKET: starts an instance and waits until it is healthy. If it is not in
# time, or answers wrongly for long, the script ends. An app that is still warming up
# answers with 503.
start() {
  began=$(date +%s)
  systemctl start "$1.socket"
  systemctl restart "$1.service" || :
  health_path=/ health_status='' health_seconds=60 health_host=localhost health_scheme=http
  # shellcheck source=/dev/null # the release's own
  [ ! -e "$health" ] || . "$health"
  end=$(($(date +%s) + health_seconds)) wrong_end='' patience=1 counted='' looping=''
  until status=$(answer "$2"); accepted "$status"; do
    now=$(date +%s)
    case $status in 000 | 503) wrong_end='';; *) wrong_end=${wrong_end:-$((now + wrong_seconds))};; esac
    # A server starts workers that end by themselves again and again. They are counted
    # once a second, but for the first ones: most apps that are only slow answer by then.
    if [ "$status" = 000 ] && [ "$now" != "$counted" ] && [ "$now" -gt $((began + 2)) ]; then
      counted=$now
      [ "$(ended_workers "$1")" -lt "$ended_limit" ] || looping=yes
    fi
    if hopeless "$1"; then give_up "$1"; fi
    [ "$patience" -ge 8 ] || patience=$((patience * 2))
    sleep 0.1
  done
}
