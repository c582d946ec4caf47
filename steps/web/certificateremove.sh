# shellcheck shell=sh
# Removes the unit and its timer, the files and folders that are the words, and the
# user.
: "${unit?}" "${timer?}" "${user?}"

if [ -e "$timer" ]; then systemctl --quiet disable --now "$unit.timer"; fi
systemctl stop "$unit.service" 2>/dev/null || :
rm -rf "$@"
systemctl daemon-reload
systemctl reset-failed "$unit.service" 2>/dev/null || :
if getent passwd "$user" >/dev/null; then userdel "$user"; fi
