package e2e

// OrphanedJob is shell text that starts a job as one that a killed run left behind: it waits
// for what nobody brings, until it is told so, and then still writes.
const OrphanedJob = `mkdir -p /run/slipway/jobs/apply
rm -f /run/slipway/jobs/apply/*
systemd-run --quiet --collect --unit=slipway-job-apply.service /bin/sh -c '
until [ -e /run/slipway/jobs/apply/abandoned ]; do sleep 0.1; done
sleep 1
mkdir -p /var/lib/slipway
: >/var/lib/slipway/orphan'`
