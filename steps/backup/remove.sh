# shellcheck shell=sh
# Removes the program, its settings, the copies of the app's data that it made on the
# server, and what is known of backups with the keys to them. Backups elsewhere stay.
: "${program?}" "${settings?}"

rm -rf "$program" "$program"-* "$settings"
rm -rf /var/lib/slipway/beside /var/lib/slipway/set-aside /var/lib/slipway/snapshots
rm -f /var/lib/slipway/restored.json
rm -rf /var/lib/slipway/backup /var/lib/slipway/view
rm -f /etc/slipway/backup.key /etc/slipway/backup.env /etc/slipway/backup_ed25519 /etc/slipway/backup_ed25519.pub /etc/slipway/backup_known_hosts
rm -f /etc/systemd/system/*.service.d/slipway-swap.conf /etc/systemd/system/slipway-swap.service
