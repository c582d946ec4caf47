# shellcheck shell=sh
# Takes the deployment's keys away from the user: the lines of authorized_keys that
# end with its tag. Gives the user its password back, if it had one. The functions of
# bounds.sh and ownkeys.sh come before.
: "${user?}" "${tag?}" "${unlocked?}"

home=$(getent passwd "$user" | cut -d: -f6)
if [ -n "$home" ] && [ -f "$home/.ssh/authorized_keys" ]; then
  own_keys "$user" "$home"
  # shellcheck disable=SC2016 # the shell that it starts expands it
  as_user "$user" env "tag= $tag" sh -euc '
    umask 077
    keys=$1/.ssh/authorized_keys
    awk "substr(\$0, length(\$0) - length(ENVIRON[\"tag\"]) + 1) != ENVIRON[\"tag\"]" "$keys" >"$keys.slipway-part"
    cat "$keys.slipway-part" >"$keys"
    rm -f "$keys.slipway-part"
  ' remove "$home"
fi
if [ -e "$unlocked" ]; then usermod --unlock "$user"; fi
