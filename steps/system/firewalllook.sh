# shellcheck shell=sh
# Prints whose $shared is, the file that nftables.service loads, and whether the loaded rules
# are those whose sum is in the file sum.
: "${sum?}" "${shared?}" "${own?}"

if [ ! -e "$shared" ]; then
  echo "nftables free"
elif grep -qF "$own" "$shared"; then
  echo "nftables ours"
elif ! systemctl --quiet is-enabled nftables.service && unedited "$shared" nftables "$shared"; then
  echo "nftables free"
else
  echo "nftables taken"
fi
if rules=$(loaded_rules); then
  kept=
  [ ! -r "$sum" ] || read -r kept <"$sum"
  if [ "$(sum_of "$rules")" = "$kept" ]; then echo "rules loaded"; else echo "rules changed"; fi
fi
