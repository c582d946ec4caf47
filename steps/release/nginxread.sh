# shellcheck shell=sh
# Functions about what nginx reads of a release; and what that was before any file of the
# release changed.
: "${current?}"

# nginx_reads: prints the files of the current release that are a part of nginx's
# configuration.
nginx_reads() {
  cat "$current/static.conf" "$current/limits.conf" 2>/dev/null || :
}

# any_takes WORKER...: whether one of nginx's workers takes connections. One that has an
# old configuration says in its title that it does not any more, and ends later.
any_takes() {
  for worker do
    case $(tr -d '\0' 2>/dev/null <"/proc/$worker/cmdline") in
      *"shutting down"*) ;;
      *"worker process"*) return 0 ;;
    esac
  done 2>/dev/null
  return 1
}

# reload_nginx: has nginx read its configuration again, and waits until no worker that
# has the old one takes connections. If nobody tells which those are, it waits for as
# long as that may take.
reload_nginx() {
  master=$(systemctl show -P MainPID nginx.service)
  workers=$(cat "/proc/$master/task/$master/children" 2>/dev/null || :)
  systemctl reload nginx.service
  reload_looks=0
  # shellcheck disable=SC2086 # a list of processes
  while [ "$reload_looks" -lt 20 ] && { [ -z "$workers" ] || any_takes $workers; }; do
    reload_looks=$((reload_looks + 1))
    sleep 0.05
  done
}

nginx_read=${nginx_read-$(nginx_reads)}
