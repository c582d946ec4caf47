# shellcheck shell=sh
# Prints how many bytes of an upload came before its connection dropped.
: "${part?}"

[ ! -f "$part" ] || wc -c <"$part"
