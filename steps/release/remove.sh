# shellcheck shell=sh
# Removes what the app's releases left: units, then the paths that are the words, then
# the users. It can be run again. Prints what it removed.
: "${user?}" "${builder?}"

units=$(systemctl list-unit-files --plain --no-legend "$user-*.service" "$user-*.socket" | cut -d' ' -f1)
# shellcheck disable=SC2086 # a list of units
[ -z "$units" ] || systemctl --quiet disable --now $units
rm -f "/etc/systemd/system/$user-"*.service "/etc/systemd/system/$user-"*.socket
systemctl daemon-reload
echo "stopped and removed the app's units"
rm -rf "$@"
for name in "$user" "$builder"; do
  if getent passwd "$name" >/dev/null; then userdel "$name"; fi
done
echo "removed the app, its data and its users"
