# shellcheck shell=sh
# Loads the rules and writes their sum, as the kernel lists them, to the file sum. $unit
# is the unit that loads them at boot.
: "${rules?}" "${sum?}" "${unit?}"

nft -f "$rules"
systemctl start "$unit"
mkdir -p "${sum%/*}"
sum_of "$(loaded_rules)" >"$sum"
