# shellcheck shell=sh
# Loads the rules and writes their sum, as the kernel lists them, to the file sum.
: "${rules?}" "${sum?}"

nft -f "$rules"
systemctl start nftables.service
mkdir -p "${sum%/*}"
rules_sum >"$sum"
