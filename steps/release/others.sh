# shellcheck shell=sh
# Functions about what runs of other releases.

# units_of_others USER UNIT: prints the app's units but for those of one release.
units_of_others() {
  systemctl list-units --plain --no-legend --full --all "$1-*.service" "$1-*.socket" | cut -d' ' -f1 | grep -v "^$2[.-]" || :
}

# disable_there disables those of the units that have a file. One that failed is listed on
# when its release was removed, and systemd disables none without a file.
disable_there() {
  for there in "$@"; do
    [ ! -e "/etc/systemd/system/$there" ] || systemctl --quiet --no-reload disable "$there"
    systemctl reset-failed "$there" 2>/dev/null || :
  done
}
