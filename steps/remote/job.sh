# shellcheck shell=sh
# Starts a job unless it runs, follows it, and prints when it started, what its
# script prints, its status and then the first $look_limit bytes of its look. The job's
# script, of $length bytes and the SHA-256 $sum, comes on standard input. $reconnect is
# "yes" if an earlier end of the same script counts as this one's. $unit_script runs in
# the job's unit; what it prints goes to a file in $logs, of $log_limit bytes at most.
: "${name?}" "${length?}" "${sum?}" "${reconnect?}" "${boundary?}" "${look?}"
: "${jobs?}" "${logs?}" "${log_limit?}" "${look_limit?}" "${limit?}" "${unit_script?}"

set -eu
umask 077
dir=$jobs/$name
unit=slipway-job-$name.service
log=$logs/$name.log
mkdir -p "$dir" "$logs"

# What runs that were cut off left here is in memory, and may hold secrets. What is new
# may be of a connection that has dropped and whose job is about to start.
for left in "$jobs"/*; do
  systemctl --quiet is-active "slipway-job-${left##*/}.service" || find "$left" -type f -mmin +1 \
    \( -name 'script*' -o -name log -o -name end -o -name status.part \) -delete
done

# The script is kept only if all of it came.
part=$(mktemp "$dir/script.XXXXXX")
trap 'rm -f "$part"' EXIT
cat >"$part"
[ "$(wc -c <"$part")" = "$length" ] || {
  echo "the script was cut short" >&2
  exit 75
}

running() {
  case $(systemctl show -p ActiveState --value "$unit") in
    active | activating | deactivating) return 0 ;;
  esac
  return 1
}

# The log is read by this descriptor: what removes the deployment removes the log too.
[ -e "$log" ] || : >"$log"
exec 3<"$log"

follow() {
  while running; do
    pid=$(systemctl show -p MainPID --value "$unit")
    [ "$pid" -gt 0 ] || {
      sleep 0.05
      continue
    }
    tail -n +1 -s 0.05 -f --pid="$pid" <&3 2>/dev/null || :
    while running; do sleep 0.02; done
    return
  done
  cat <&3
}

if running && [ "$(cat "$dir/sum" 2>/dev/null)" != "$sum" ]; then
  : >"$dir/abandoned" # its run is gone, for only one has the deployment: nobody brings what it waits for
  follow
  reconnect=no
fi
if ! running && { [ "$reconnect" = no ] || [ ! -e "$dir/status" ] || [ "$(cat "$dir/sum" 2>/dev/null)" != "$sum" ]; }; then
  rm -f "$dir/status" "$dir/abandoned"
  : >"$log"
  exec 3<"$log"
  printf %s "$sum" >"$dir/sum"
  date +%s%N >"$dir/started"
  mv -f "$part" "$dir/script"
  systemctl reset-failed "$unit" 2>/dev/null || :
  # The unit's name keeps two of these from starting the same job: the second
  # systemd-run is refused and follows.
  systemd-run --quiet --collect --service-type=exec --property=RuntimeMaxSec="$limit" \
    --unit="$unit" --description="slipway: $name" /bin/sh -c "$unit_script" job "$dir" "$log" "$log_limit" || running
fi
printf '%s started %s\n' "$boundary" "$(cat "$dir/started")"
follow
status=$(cat "$dir/status" 2>/dev/null || :)
[ -n "$status" ] || {
  status=-1
  printf '\nthe step ended without a status: it was killed, or it took longer than %s, or /run is full\n' "$limit"
}
printf '\n%s status %s\n' "$boundary" "$status"
# The look is no argument of a process: its boundary is for nobody else to see.
[ "$status" != 0 ] || (set +eu; eval "$look") </dev/null | head -c "$look_limit"
