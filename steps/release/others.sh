# shellcheck shell=sh
# Functions about what runs of other releases.

# units_of_others USER UNIT: prints the app's units but for those of one release.
units_of_others() {
  systemctl list-units --plain --no-legend --full --all "$1-*.service" "$1-*.socket" | cut -d' ' -f1 | grep -v "^$2[.-]" || :
}

# disable_there UNIT...: disables those of the units that have a file. One that failed is
# listed on when its release was removed, and systemd disables none without a file. It
# only removes links, as shell.EnableOwn makes them.
disable_there() {
  systemctl reset-failed "$@" 2>/dev/null || :
  for there do
    shift
    [ ! -e "/etc/systemd/system/$there" ] || set -- "$@" "$there"
  done
  [ $# = 0 ] || SYSTEMD_OFFLINE=1 systemctl --quiet disable "$@"
}
