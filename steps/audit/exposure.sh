# shellcheck shell=sh
# Prints how exposed each unit among its words is, by systemd, after the unit's
# name. The app $app stands for its first unit, whatever the release.
: "${app?}"

for name in "$@"; do
  unit=$name
  if [ "$name" = "$app" ]; then
    unit=$(systemctl list-units --plain --no-legend --full "$app-*.service" | cut -d' ' -f1 | head -n 1)
  fi
  echo "$name $(systemd-analyze security --no-pager "$unit" | sed -n 's/^.*Overall exposure level for .*: \([0-9.]*\) .*$/\1/p')"
done
