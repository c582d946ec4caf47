# shellcheck shell=sh
# Waits for the end of a job that an earlier run started, whatever its script is. The job
# is told, for it may wait for something from that run.
: "${name?}" "${abandoned?}"

[ ! -d "${abandoned%/*}" ] || : >"$abandoned"

while systemctl is-active --quiet "slipway-job-$name.service"; do sleep 0.1; done
