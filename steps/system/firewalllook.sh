# shellcheck shell=sh
# Prints whose $shared is, the file that nftables.service loads; whether the firewall is
# loaded at boot, by that unit and by $unit; and whether the loaded rules are those
# whose sum is in the file sum.
: "${sum?}" "${shared?}" "${own?}" "${unit?}"

if [ ! -e "$shared" ]; then
  echo "nftables free"
elif grep -qF "$own" "$shared"; then
  echo "nftables ours"
elif ! systemctl --quiet is-enabled nftables.service && unedited "$shared" nftables "$shared"; then
  echo "nftables free"
else
  echo "nftables taken"
fi
echo "boot $(systemctl is-enabled nftables.service) $(systemctl is-active nftables.service)"
echo "ownboot $(systemctl is-enabled "$unit") $(systemctl is-active "$unit")"
if nft -s list table inet slipway >/dev/null; then
  if [ "$(rules_sum)" = "$(cat "$sum")" ]; then echo "rules loaded"; else echo "rules changed"; fi
fi
