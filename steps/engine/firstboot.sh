# shellcheck shell=sh
# Waits, at most five minutes, until cloud-init has finished this boot's work: an empty
# unit is ordered after cloud-init's last one, and starts nothing of it.

first_boot_ended() { [ ! -e /run/cloud-init/enabled ] || [ -e /run/cloud-init/result.json ]; }
if ! first_boot_ended; then
  timeout 300 systemd-run --quiet --wait --collect --property=After=cloud-final.service true </dev/null >/dev/null 2>&1
  tries=0
  until first_boot_ended || [ "$tries" -ge 1500 ]; do
    sleep 0.2
    tries=$((tries + 1))
  done
fi
