# shellcheck shell=sh
# Takes slipway's rules away, and nobody else's: never a whole ruleset. $shared is the
# file that nftables.service loads, $kept the copy of it that slipway's replaced: it
# counts only if slipway's is still there.
: "${shared?}" "${own?}" "${kept?}" "${unit?}"

nft delete table inet slipway 2>/dev/null || :
systemctl --quiet disable --now "$unit" 2>/dev/null || :
if grep -qsF "$own" "$shared"; then
  rm -f "$shared"
else
  rm -f "$kept"
fi
