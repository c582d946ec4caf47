# shellcheck shell=sh
# Restarts the release that takes the traffic with other variables, without a lost
# request. A second instance with these variables starts beside it and must be healthy;
# it then has the traffic while the release itself restarts. If it is not healthy,
# everything stays as it was.
#
# Whatever a crash leaves, nginx passes requests to units that were healthy and that
# start at boot. The next run that changes the release removes the rest.
: "${unit?}" "${socket?}" "${socket_link?}" "${file?}" "${drain?}"
: "${next_unit?}" "${next_socket?}" "${next_port?}" "${next_file?}"

# drop_next: stops the second instance and removes what it had.
drop_next() {
  systemctl stop "$next_unit.socket" "$next_unit.service" || :
  systemctl --quiet --no-reload disable "$next_unit.socket" "$next_unit.service"
  base=/etc/systemd/system/$next_unit
  rm -f "$base.socket" "$base.service" "$base-proxy.service" "$next_port" "$next_file"
  systemctl reset-failed "$next_unit.socket" "$next_unit.service" 2>/dev/null || :
  systemctl daemon-reload
}

systemctl daemon-reload
if ! (start "$next_unit" "$next_socket"); then
  drop_next
  echo "the variables stay as they were, and so does the app"
  exit 1
fi
systemctl --quiet enable "$next_unit.socket" "$next_unit.service"
# A copy: the second instance reads its own file again if it restarts.
cp -p "$next_file" "$file.slipway-part"
mv -fT "$file.slipway-part" "$file"
relink "$next_socket" "$socket_link"
idle "$drain" "$socket" || :
start "$unit" "$socket"
relink "$socket" "$socket_link"
idle "$drain" "$next_socket" || :
drop_next
