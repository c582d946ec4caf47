# shellcheck shell=sh
# Prints, as systemctl show does, whether the units that are its words are active and
# enabled. systemctl show itself goes on to print what it said of an enabled unit
# first, until systemd is reloaded.

for unit do
  printf 'Id=%s\nActiveState=%s\nUnitFileState=%s\n\n' "$unit" \
    "$(systemctl is-active "$unit")" "$(systemctl is-enabled "$unit" 2>/dev/null)"
done
