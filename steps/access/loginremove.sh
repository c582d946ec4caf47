# shellcheck shell=sh
# Takes the deployment's keys away from the user: the lines of authorized_keys that
# end with its tag. Gives the user its password back, if it had one.
: "${user?}" "${tag?}" "${unlocked?}"

home=$(getent passwd "$user" | cut -d: -f6)
keys=$home/.ssh/authorized_keys
if [ -n "$home" ] && [ -f "$keys" ]; then
  grep -v " $tag\$" "$keys" >"$keys.slipway-part" || :
  cat "$keys.slipway-part" >"$keys"
  rm -f "$keys.slipway-part"
fi
if [ -e "$unlocked" ]; then usermod --unlock "$user"; fi
