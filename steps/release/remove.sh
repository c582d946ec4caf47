# shellcheck shell=sh
# Removes all that the app's releases left: units, folders, data, and the app's user.
# Its words are the paths. It can be run again.
: "${user?}"

units=$(systemctl list-unit-files --plain --no-legend "$user-*.service" "$user-*.socket" | cut -d' ' -f1)
# shellcheck disable=SC2086 # names of units have no spaces, and each is a word
[ -z "$units" ] || systemctl --quiet disable --now $units
rm -f "/etc/systemd/system/$user-"*.service "/etc/systemd/system/$user-"*.socket
echo "stopped and removed the app's units"
rm -rf "$@"
systemctl daemon-reload
if getent passwd "$user" >/dev/null; then userdel "$user"; fi
echo "removed the app, its data and its user"
