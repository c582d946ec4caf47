# shellcheck shell=sh
# Starts the unit's timer, and has the unit obtain the certificate now. How that ended
# is for the look to find: a refusal must not keep the app from being deployed. The
# function of journal.sh comes before.
: "${unit?}"

systemctl start "$unit.timer"
# systemd of Debian 12 would wait until the ten minutes to the next try are over.
case $(systemctl show -P SubState "$unit.service") in
auto-restart*) systemctl stop "$unit.service" ;;
esac
systemctl start "$unit.service" 2>/dev/null || :
journal -n 20 _SYSTEMD_INVOCATION_ID="$(systemctl show -P InvocationID "$unit.service")" || :
