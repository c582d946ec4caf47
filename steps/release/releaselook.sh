# shellcheck shell=sh
# Prints, as systemctl show does, whether the units that are its words are active and
# enabled. systemctl show itself goes on to print what it said of an enabled unit
# first, until systemd is reloaded; a release's unit starts at boot by a link of its name.

states=$(systemctl is-active "$@" | tr '\n' ' ')
for unit do
  enabled=disabled
  for wants in /etc/systemd/system/*.target.wants/"$unit"; do
    [ ! -e "$wants" ] || enabled=enabled
  done
  printf 'Id=%s\nActiveState=%s\nUnitFileState=%s\n\n' "$unit" "${states%% *}" "$enabled"
  states=${states#* }
done
