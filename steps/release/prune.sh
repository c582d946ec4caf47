# shellcheck shell=sh
# Removes the releases that are too many and those that never took traffic, with what
# they have elsewhere, the virtual environments that no release uses any more, and the
# Pythons that no environment uses, and what was uploaded and unpacked. The release in hand
# stays, and so does the one that has the traffic.
: "${uploads?}" "${id?}" "${user?}" "${releases?}" "${venvs?}" "${pythons?}" "${current?}" "${variables?}" "${snapshots?}" "${kept_limit?}"

rm -rf "$uploads"
kept=$(find "$releases" -mindepth 2 -maxdepth 2 -name served -printf '%T@ %p\n' | sort -rn | head -n "$kept_limit")
has_traffic=$(readlink "$current" || :)
for folder in "$releases"/*; do
  name=${folder##*/}
  case "$kept" in *"/$name/"*) continue;; esac
  if [ "$name" = "$id" ] || [ "$has_traffic" = "$folder" ]; then continue; fi
  [ -e "$folder/released" ] || rm -rf "${snapshots:?}/$name" # its command changed nothing for good
  rm -rf "$folder" "/etc/systemd/system/$user-$name"[.-]* "$variables/$name.env"
done
for left in "/etc/systemd/system/$user-next-"*; do
  [ ! -e "$left" ] || rm -f "$left"
done
# Copies of the data from before the oldest release that is kept lead to none.
if [ -d "$snapshots" ] && [ -n "$kept" ]; then
  oldest=$(printf '%s\n' "$kept" | tail -n 1 | cut -d' ' -f2-)
  find "$snapshots" -mindepth 1 -maxdepth 1 ! -newer "$oldest" -exec rm -rf {} +
fi
set -- "$venvs"/*
# The only one is that of the release in hand. However many there are, each folder is read
# once. What is used is told by lines, and what goes by names that end with a NUL.
if [ $# -gt 1 ]; then
  used=$(find "$releases" -mindepth 2 -maxdepth 2 -name venv -type l -printf '%l\n')
  find "$venvs" -mindepth 1 -maxdepth 1 -print0 | { grep -zvxF -f /dev/fd/3 || :; } 3<<END | xargs -0r rm -rf --
$used
END
fi
set -- "$pythons"/*
if [ -d "$1" ]; then
  # Only files of root's are read: packages' code could write to an environment that is
  # not whole.
  used=$(find "$venvs" -mindepth 2 -maxdepth 2 -name pyvenv.cfg -type f -exec grep -hm 1 -F "home = $pythons/" {} + | cut -c1-1000)
  for python do
    case "$used" in *"home = $python/"*) continue;; esac
    [ ! -d "$python" ] || rm -rf "$python"
  done
fi
