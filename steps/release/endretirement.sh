# shellcheck shell=sh
# shellcheck disable=SC2086 # names of units have no spaces, and each is a word
# Stops what still retires from an earlier take-over at once: no more than one old
# release is there beside the new one. It needs others, of others.sh.
: "${retire_unit?}" "${current?}" "${user?}"

if systemctl is-active --quiet "$retire_unit"; then
  systemctl stop "$retire_unit"
  serving=$(basename "$(readlink "$current")")
  old=$(others)
  old=$(printf '%s\n' $old | grep -v "^$user-${serving}[.-]" || :)
  [ -z "$old" ] || systemctl stop --no-block $old
fi
