# shellcheck shell=sh
# Prints of each word that is a unit's name what systemd knows of it, as systemctl show does,
# and Wanted=yes in another block if there is a link that has systemd start it. systemctl
# show goes on to print what it said of a unit first, until systemd is reloaded, and a unit
# of slipway's is enabled without that.

systemctl show --property=Id,LoadState,ActiveState,UnitFileState,MainPID,Listen "$@"
for unit do
  for link in /etc/systemd/system/*.wants/"$unit" /etc/systemd/system/*.requires/"$unit"; do
    [ ! -L "$link" ] || printf '\nId=%s\nWanted=yes\n' "$unit"
  done
done
