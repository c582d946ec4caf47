# shellcheck shell=sh
# Mounts $what at $where, over the folder there and with all that is in it: running
# services have folders there, which their next reload looks for.
: "${what?}" "${where?}" "${kind?}" "${options?}"

made=/run/slipway-mount
mkdir -p "$made"
mount -t "$kind" -o "$options" "$what" "$made"
cp -a "$where/." "$made/"
mount --bind "$made" "$where"
umount "$made"
rmdir "$made"
