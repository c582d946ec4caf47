# shellcheck shell=sh
# Gives a release of an earlier version of slipway, which says nothing about limits, the
# default ones. nginx's own would be smaller than those that it had.
: "${release?}" "${limits?}" "${default_limits?}"

if [ -d "$release" ] && [ ! -e "$limits" ]; then printf %s "$default_limits" >"$limits"; fi
