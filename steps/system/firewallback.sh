# shellcheck shell=sh
# Follows the file $shared that was put back: an operator's own rules are loaded, if they
# are not, without the line that would flush the rules of others. Where the file was
# nobody's, $kept was a copy of Debian's, and nftables.service loaded it only for
# slipway. The unit is never stopped, for that flushes all rules.
: "${shared?}" "${kept?}"

if [ ! -e "$kept" ] || ! systemctl --quiet is-enabled nftables.service 2>/dev/null; then
  :
elif unedited "$shared" nftables "$shared"; then
  systemctl --quiet disable nftables.service
else
  loaded=$(nft list tables)
  missing=$(sed -nE 's/^[[:space:]]*(table ([a-z0-9]+ )?[A-Za-z0-9_]+).*$/\1/p' "$shared" | while read -r table; do
    case $table in "table "*" "*) ;; *) table="table ip ${table#table }" ;; esac
    printf '%s\n' "$loaded" | grep -qxF "$table" || echo "$table"
  done)
  [ -z "$missing" ] || sed -E 's/^[[:space:]]*flush ruleset[[:space:]]*;?//' "$shared" | nft -f - || :
fi
