# shellcheck shell=sh
# Prints whether the firewall is loaded at boot, and whether the loaded rules are
# those whose sum is in the file sum.
: "${sum?}"

echo "boot $(systemctl is-enabled nftables.service) $(systemctl is-active nftables.service)"
if nft -s list table inet slipway >/dev/null; then
  if [ "$(rules_sum)" = "$(cat "$sum")" ]; then echo "rules loaded"; else echo "rules changed"; fi
fi
