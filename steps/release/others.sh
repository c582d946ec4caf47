# shellcheck shell=sh
# A function: others prints the units of all releases but one, a line each.
: "${user?}" "${unit?}"

others() {
  systemctl list-units --plain --no-legend --full --all "$user-*.service" "$user-*.socket" |
    cut -d' ' -f1 | grep -v "^${unit}[.-]" || :
}
