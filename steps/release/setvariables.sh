# shellcheck shell=sh
# shellcheck disable=SC2034 # what comes after this script reads restart
# Writes a release's file of variables: those of the release that takes the traffic,
# but for the names in replaced, and then its own words, a line each. If the release
# itself takes the traffic and runs with other variables, the new ones stay in the
# file next, and restart is yes. It needs without, of variablerecords.sh.
: "${current?}" "${folder?}" "${file?}" "${next?}" "${id?}" "${unit?}" "${replaced?}"

umask 077
install -d -m 700 -o root -g root "$folder"
serving=$(basename "$(readlink "$current")")
if [ -n "$serving" ] && [ -e "$folder/$serving.env" ]; then
  without "$replaced" "$folder/$serving.env" >"$next"
else
  : >"$next"
fi
for line in "$@"; do printf '%s\n' "$line" >>"$next"; done
chmod 600 "$next"
chown root:root "$next"
restart=yes
if [ "$serving" != "$id" ] || cmp -s "$next" "$file" || ! systemctl is-active --quiet "$unit.service"; then
  mv -fT "$next" "$file"
  restart=
fi
