# shellcheck shell=sh
# Runs the script in the job's folder $1 and keeps its status there. What it prints goes
# to the file $2: of more than $3 bytes the beginning and the end. A full disk stops the
# log, not the job.
rm -f "$1/pipe"
mkfifo "$1/pipe" || exit 1
{
  stdbuf -o0 head -c "$3" >"$2"
  tail -c 65536 >"$1/end"
  if [ -s "$1/end" ]; then
    printf '\n(it printed more than %s bytes; only the end of the rest is kept)\n' "$3"
    cat "$1/end"
  fi >>"$2"
} <"$1/pipe" 2>/dev/null &
keeper=$!
sh -eu "$1/script" >"$1/pipe" 2>&1 </dev/null
status=$?
# A process that the script left in the background may hold the pipe open. Nobody waits
# for it; it ends with this unit.
tries=0
while kill -0 "$keeper" 2>/dev/null && [ "$tries" -lt 100 ]; do
  sleep 0.02
  tries=$((tries + 1))
done
rm -f "$1/script" "$1/pipe" "$1/end"
echo "$status" >"$1/status.part" && mv "$1/status.part" "$1/status"
