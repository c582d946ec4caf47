# shellcheck shell=sh
# Prints whether Redis answers: it has no role and no database to make.
: "${socket?}"

[ "$(redis-cli -s "$socket" ping 2>/dev/null || :)" != PONG ] || echo made
