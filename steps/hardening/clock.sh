# shellcheck shell=sh
# Starts the first program that sets the clock among those that are installed.
for unit in chrony ntpsec systemd-timesyncd; do
  if [ "$(systemctl show -P LoadState "$unit.service")" = loaded ]; then
    systemctl --quiet enable --now "$unit.service"
    break
  fi
done
