# shellcheck shell=sh
# A function that finds what runs of other releases.

# units_of_others USER UNIT: prints the app's units but for those of one release.
units_of_others() {
  systemctl list-units --plain --no-legend --full --all "$1-*.service" "$1-*.socket" | cut -d' ' -f1 | grep -v "^$2[.-]" || :
}
