# shellcheck shell=sh
# loaded_rules prints the rules that are loaded, and fails if there are none. The lists of who
# connected lately (-s and -t leave them out) are no rules. sum_of prints the sum of rules.

loaded_rules() { nft -s -t list table inet slipway; }
sum_of() {
  sum_and_name=$(printf '%s\n' "$1" | sha256sum)
  echo "${sum_and_name%% *}"
}
