# shellcheck shell=sh
# Removes the releases that are too many and those that never took traffic, with what
# they have elsewhere, the virtual environments that no release uses any more, and the
# Pythons that no environment uses. The release in hand stays, and so does the one that
# has the traffic.
: "${id?}" "${user?}" "${releases?}" "${venvs?}" "${pythons?}" "${current?}" "${variables?}" "${snapshots?}" "${kept_limit?}"

kept=$(find "$releases" -mindepth 2 -maxdepth 2 -name served -printf '%T@ %p\n' | sort -rn | head -n "$kept_limit")
for folder in "$releases"/*; do
  name=$(basename "$folder")
  case "$kept" in *"/$name/"*) continue;; esac
  if [ "$name" = "$id" ] || [ "$(readlink "$current")" = "$folder" ]; then continue; fi
  rm -rf "$folder" "/etc/systemd/system/$user-$name"[.-]* "$variables/$name.env"
  [ -e "$folder/released" ] || rm -rf "${snapshots:?}/$name" # its command changed nothing for good
done
rm -f "/etc/systemd/system/$user-next-"*
# Copies of the data from before the oldest release that is kept lead to none.
oldest=$(printf '%s\n' "$kept" | tail -n 1 | cut -d' ' -f2-)
[ -z "$oldest" ] || [ ! -d "$snapshots" ] || find "$snapshots" -mindepth 1 -maxdepth 1 ! -newer "$oldest" -exec rm -rf {} +
for venv in "$venvs"/*; do
  [ -n "$(find "$releases" -mindepth 2 -maxdepth 2 -name venv -lname "$venv")" ] || rm -rf "$venv"
done
for python in "$pythons"/*; do
  # Only files of root's are read: packages' code could write to an environment that is
  # not whole.
  [ -n "$(find "$venvs" -mindepth 2 -maxdepth 2 -name pyvenv.cfg -type f -exec grep -lF "home = $python/" {} +)" ] || rm -rf "$python"
done
