# shellcheck shell=sh

# are_installed NAME...: tells whether each of the packages is.
are_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -c '^installed$')" -ge $# ]
}
