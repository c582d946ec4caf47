# shellcheck shell=sh
# Lets the change that the guard $token waits for stand, and prints $proven; or
# prints $gone if that guard is not armed. It comes after lock.sh.
: "${token?}" "${proven?}" "${gone?}"

take_lock
if [ "$(armed_token)" != "$token" ]; then
  echo "$gone"
  exit 0
fi
forget
systemctl stop "slipway-guard-$token.timer"
echo "$proven"
