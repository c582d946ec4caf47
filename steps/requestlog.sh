# shellcheck shell=sh
# Prints lines of nginx's log of requests, those that were rotated away among them:
# from a time on, or else the last ones. Then it follows the log from exactly
# there, if that is wanted. The time is as date takes it; lines is a number; follow
# is yes or empty.
: "${log?}" "${since?}" "${lines?}" "${follow?}"

[ -e "$log" ] || {
  echo "nginx has no log of requests yet" >&2
  exit 1
}
if [ -n "$since" ]; then
  since=$(date -d "$since" +%Y-%m-%dT%H:%M:%S%:z) || exit 1
fi
chosen() {
  # Each line begins with {"time":"…", in the server's own time zone.
  if [ -n "$since" ]; then awk -F '"' -v since="$since" '$4 >= since'; else tail -n "$lines"; fi
}
written=$(wc -l <"$log")
# shellcheck disable=SC2011,SC2012 # rotated logs are sorted by their number, and their names have no spaces
{
  ls -vr "$log".* 2>/dev/null | xargs -r zcat -f
  head -n "$written" "$log"
} | chosen
[ -z "$follow" ] || exec tail -q -n "+$((written + 1))" -F "$log" 2>/dev/null
