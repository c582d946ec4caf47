# shellcheck shell=sh
# Makes a swap file of so many megabytes that only root can read, unless it is in
# use already.
: "${file?}" "${megabytes?}"

if ! grep -q "^$file " /proc/swaps; then
  rm -f "$file"
  fallocate -l "${megabytes}M" "$file" || dd if=/dev/zero of="$file" bs=1M count="$megabytes" status=none
  chmod 600 "$file"
  mkswap "$file" >/dev/null
fi
