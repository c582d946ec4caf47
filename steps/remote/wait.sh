# shellcheck shell=sh
# Waits for the end of a job that an earlier run started, whatever its script is.
: "${name?}"

while systemctl is-active --quiet "slipway-job-$name.service"; do sleep 0.1; done
