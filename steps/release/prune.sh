# shellcheck shell=sh
# Removes the releases that are too many, those that never took traffic, and the
# environments that no release uses any more. The release in hand stays, and so does
# the one that has the traffic.
: "${id?}" "${user?}" "${releases?}" "${current?}" "${variables?}" "${venvs?}" "${kept_releases?}"

# shellcheck disable=SC2012 # the names are those of releases
kept=$(ls -1t "$releases"/*/served | head -n "$kept_releases")
for gone in "$releases"/*; do
  name=$(basename "$gone")
  case "$kept" in *"/$name/"*) continue ;; esac
  if [ "$name" = "$id" ] || [ "$(readlink "$current")" = "$gone" ]; then continue; fi
  rm -rf "$gone" "/etc/systemd/system/$user-$name"[.-]* "$variables/$name.env"
done
rm -f "/etc/systemd/system/$user-next-"*
for venv in "$venvs"/*; do
  [ -n "$(find "$releases" -mindepth 2 -maxdepth 2 -name venv -lname "$venv")" ] || rm -rf "$venv"
done
