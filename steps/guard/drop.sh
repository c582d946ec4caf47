# shellcheck shell=sh
# Forgets the guard that is armed, whichever it is. It comes after lock.sh.
take_lock
forget
systemctl stop 'slipway-guard-*.timer'
