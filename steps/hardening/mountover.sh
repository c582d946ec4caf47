# shellcheck shell=sh
# Mounts $what at $where, over the folder there and with all that is in it: running
# services have folders there, which their next reload looks for.
: "${what?}" "${where?}" "${kind?}" "${options?}"

# Everybody may write to what is mounted. Nobody else reaches it until it has all that is
# copied: cp would write through a link in it.
closed=/run/slipway-mount
made=$closed/made
install -d -m 700 "$closed"
mkdir -p "$made"
mount -t "$kind" -o "$options" "$what" "$made"
cp -a "$where/." "$made/"
mount --bind "$made" "$where"
umount "$made"
rmdir "$made" "$closed"
