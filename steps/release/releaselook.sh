# shellcheck shell=sh
# Prints one line of the states of the units that are the words:
# "ActiveState=active UnitFileState=enabled", with two spaces between units. It does not
# ask systemctl show: until systemd is reloaded, that repeats what it said about an
# enabled unit first.

for unit in "$@"; do
  printf 'ActiveState=%s\nUnitFileState=%s\n\n' "$(systemctl is-active "$unit")" "$(systemctl is-enabled "$unit" 2>/dev/null)"
done | sed '$d' | paste -s -d ' '
