# shellcheck shell=sh
# Functions that run the facts of a job side by side: each begins once all that it needs
# has ended well. Their names begin with job_, for the facts' scripts have names of their
# own.
#
# What a fact prints comes out a line at a time with the fact's name in front, so that
# lines of two facts never mix. When one fails, none begins any more, and what runs comes to
# its end: dpkg must not be killed.
: "${job_boundary?}" "${job_state?}" "${job_brought?}" "${job_abandoned?}" "${job_uploads?}" "${job_patience?}" "${job_limit?}"

rm -rf "$job_state"
(
  umask 077
  mkdir -p "$job_state"
)
mkfifo "$job_state/ended"
exec 3<>"$job_state/ended"

# job_named NAME: prints its input with NAME in front of each line, but for empty lines and
# those that begin with the boundary. A long line comes out as several: what is written at
# once must fit a pipe. Of more than $job_limit bytes the beginning and the end are kept: a
# flood of short lines would take minutes, and hide what the other facts say.
job_named() {
  # The boundary is no argument of a process: it is for nobody else to see.
  printf '/^$/d\n/^%s /!s/^/%s line %s /\n' "$job_boundary" "$job_boundary" "$1" >"$job_state/$1.sed"
  {
    stdbuf -o0 head -c "$job_limit"
    tail -c 65536 >"$job_state/$1.rest"
    if [ -s "$job_state/$1.rest" ]; then
      printf '\n(it printed more than %s bytes; only the end of the rest is kept)\n' "$job_limit"
      cat "$job_state/$1.rest"
    fi
    rm -f "$job_state/$1.rest"
  } | stdbuf -oL fold -b -w 2000 |
    LC_ALL=C stdbuf -oL sed -f "$job_state/$1.sed"
}

# job_start NUMBER NAME: starts the fact whose script is the function fact_NUMBER.
job_start() {
  echo "$job_boundary begin $2"
  {
    {
      job_status=0
      "fact_$1" 3>&- &
      wait $! || job_status=$?
      job_how=end
      [ "$job_status" = 0 ] || job_how=failed
      printf '\n%s %s %s\n' "$job_boundary" "$job_how" "$2" # its last line may have no end
      # Who awaits the fact goes on only after it is known here how it ended.
      echo "$2 $job_status" >&3
      echo "$job_status" >"$job_state/$2.part"
      mv "$job_state/$2.part" "$job_state/$2.status"
    } 2>&1 | job_named "$2" 3>&-
    [ -e "$job_state/$2.status" ] || [ ! -d "$job_state" ] || echo 137 >"$job_state/$2.status" # its shell was killed
    echo "$2 137" >&3
  } &
  job_readers="$job_readers $!"
  job_running=$((job_running + 1))
}

# job_ready: starts the facts that have all they need, and leaves the others in job_todo.
job_ready() {
  job_waiting=''
  while read -r job_number job_name job_needs; do
    job_lacks=''
    for job_need in $job_needs; do
      [ -e "$job_state/$job_need.done" ] || job_lacks=$job_need
    done
    if [ -n "$job_lacks" ]; then
      job_waiting="$job_waiting$job_number $job_name $job_needs
"
    elif [ -n "$job_name" ]; then
      job_start "$job_number" "$job_name"
    fi
  done <<END
$job_todo
END
  job_todo=$job_waiting
}

# job_stop: tells those who await a fact that does not begin any more.
job_stop() {
  while read -r job_number job_name job_needs; do
    [ -z "$job_name" ] || echo 1 >"$job_state/$job_name.status"
  done <<END
$job_todo
END
  job_todo=''
}

# side_by_side TABLE NAME...: runs the facts of these names. Each line of the table is a
# fact's number, its name, and the names of those that it needs. The status is that of the
# first one that failed.
side_by_side() {
  job_todo=$1
  shift
  job_names=" $* " job_running=0 job_failed=0 job_readers=''
  job_ready
  while [ "$job_running" -gt 0 ]; do
    read -r job_name job_status <&3
    # A fact is told of twice: when it ends, and when all is read that it printed. If only the
    # second word comes, it was killed.
    [ ! -e "$job_state/$job_name.told" ] || continue
    : >"$job_state/$job_name.told"
    job_running=$((job_running - 1))
    if [ "$job_status" = 0 ]; then
      : >"$job_state/$job_name.done"
    elif [ "$job_failed" = 0 ]; then
      job_failed=$job_status
      job_stop
    fi
    job_ready
  done
  # A process that a script left behind may hold its output open. It is not waited for.
  job_tries=0
  for job_reader in $job_readers; do
    while kill -0 "$job_reader" 2>/dev/null && [ "$job_tries" -lt 100 ]; do
      sleep 0.02
      job_tries=$((job_tries + 1))
    done
  done
  rm -rf "$job_state"
  return "$job_failed"
}

# await NAME...: for a fact's script: waits until these facts have ended well. One that is
# not in the job holds already.
await() {
  for job_need do
    case $job_names in
      *" $job_need "*) ;;
      *) continue ;;
    esac
    until [ -e "$job_state/$job_need.status" ]; do sleep 0.05; done
    [ "$(cat "$job_state/$job_need.status")" = 0 ] || {
      echo "it needs the step $job_need, which failed" >&2
      return 1
    }
  done
}

# job_await_brought NAME: waits until slipway has brought what the fact needs from it. If
# slipway is gone, it does not wait for ever: only as long as an upload grows.
job_await_brought() {
  job_slept=0 job_seen=''
  until [ -e "$job_brought.$1" ]; do
    read -r job_now _ </proc/uptime
    job_size=$(find "$job_uploads" -name '*.part' -printf '%s ' 2>/dev/null || :)
    [ ! -e "$job_brought.$1.not" ] || {
      echo "slipway could not bring what this needs" >&2
      return 1
    }
    if [ "$job_slept" = 0 ] || [ "$job_size" != "$job_seen" ]; then job_since=$job_now job_seen=$job_size; fi
    if [ -e "$job_abandoned" ] || [ "$((${job_now%.*} - ${job_since%.*}))" -gt "$job_patience" ]; then
      echo "slipway was interrupted before it had brought what this needs" >&2
      return 1
    fi
    if [ "$job_slept" -lt 40 ]; then sleep 0.05; else sleep 0.5; fi
    job_slept=$((job_slept + 1))
  done
}
