# shellcheck shell=sh
# Stops and removes Slipway's databases; the words are the paths of their data and settings.
# Units of others that were masked can start again, and do so when somebody says it: their
# packages were installed for Slipway's. It can be run again.
: "${units?}" "${slice?}" "${masked?}"

for unit in $units; do
  if [ -e "/etc/systemd/system/$unit" ]; then
    systemctl --quiet disable --now "$unit"
    rm -f "/etc/systemd/system/$unit"
    echo "removed $unit and its data"
  fi
done
rm -f "/etc/systemd/system/$slice"
if [ -e "$masked" ]; then
  sort -u "$masked" | xargs -r systemctl --quiet unmask
  sort -u "$masked" | xargs -r systemctl --quiet disable || :
  rm -f "$masked"
fi
rm -rf "$@"
systemctl daemon-reload
