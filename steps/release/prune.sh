# shellcheck shell=sh
# Removes the releases that are too many and those that never took traffic, with what
# they have elsewhere, the virtual environments that no release uses any more, and the
# Pythons that no environment uses. The release in hand stays, and so does the one that
# has the traffic.
: "${id?}" "${user?}" "${releases?}" "${venvs?}" "${pythons?}" "${current?}" "${variables?}" "${kept_limit?}"

kept=$(find "$releases" -mindepth 2 -maxdepth 2 -name served -printf '%T@ %p\n' | sort -rn | head -n "$kept_limit")
for folder in "$releases"/*; do
  name=$(basename "$folder")
  case "$kept" in *"/$name/"*) continue;; esac
  if [ "$name" = "$id" ] || [ "$(readlink "$current")" = "$folder" ]; then continue; fi
  rm -rf "$folder" "/etc/systemd/system/$user-$name"[.-]* "$variables/$name.env"
done
rm -f "/etc/systemd/system/$user-next-"*
for venv in "$venvs"/*; do
  [ -n "$(find "$releases" -mindepth 2 -maxdepth 2 -name venv -lname "$venv")" ] || rm -rf "$venv"
done
for python in "$pythons"/*; do
  # Only files of root's are read: packages' code could write to an environment that is
  # not whole.
  [ -n "$(find "$venvs" -mindepth 2 -maxdepth 2 -name pyvenv.cfg -type f -exec grep -lF "home = $python/" {} +)" ] || rm -rf "$python"
done
