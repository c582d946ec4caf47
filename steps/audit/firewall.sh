# shellcheck shell=sh
# Prints whether nftables is there and, of each table, its family and the policy
# of the chain that judges what comes in.
if [ -z "$(command -v nft)" ]; then
  echo "nft missing"
else
  echo "nft there"
  nft -s list ruleset | sed -n 's/^[[:space:]]*type filter hook input .*policy \([a-z]*\);.*$/input \1/p; s/^table \([a-z0-9]*\) .*$/family \1/p'
fi
