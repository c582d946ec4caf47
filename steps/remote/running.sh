# shellcheck shell=sh
# Prints the names of the jobs that run, one a line.
systemctl list-units --plain --no-legend --full 'slipway-job-*.service' |
  sed -n 's/^slipway-job-\(.*\)\.service .*$/\1/p'
