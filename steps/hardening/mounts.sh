# shellcheck shell=sh
# Prints what is mounted where with which options now, and what fstab says of the
# next boot.
sed -n 's/^[^ ]* \([^ ]*\) \([^ ]*\) \([^ ]*\) .*/mount \1 \2 \3/p' /proc/self/mounts
sed -n 's/^[^ #][^ ]*[[:space:]][[:space:]]*\([^ ]*\)[[:space:]][[:space:]]*[^ ]*[[:space:]][[:space:]]*\([^ ]*\).*/fstab \1 \2/p' /etc/fstab
