# shellcheck shell=sh
# Removes the program, its settings, and the copies of the app's data that it made on the
# server.
: "${program?}" "${settings?}"

rm -rf "$program" "$program"-* "$settings"
rm -rf /var/lib/slipway/beside /var/lib/slipway/set-aside /var/lib/slipway/snapshots
rm -f /etc/systemd/system/*.service.d/slipway-swap.conf /etc/systemd/system/slipway-swap.service
