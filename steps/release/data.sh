# shellcheck shell=sh
# Has the app's state folder keep what the words name, and gives each a place in the
# release's source. The words are pairs: folder, served (a folder whose files nginx
# serves) or file, and a path, which is relative to the app's root or absolute.
#
# The app's user can write to its state folder, so nothing there is done as root: a link
# could lead it anywhere. In the source root writes only where no link leads out of it. The
# functions of bounds.sh come before.
: "${state?}" "${kept?}" "${source?}" "${seeds?}" "${user?}"

(
umask 027
as_app() { as_user "$user" "$@"; }

# there PATH: whether something is there, as the app sees it.
there() { as_app test -e "$1" || as_app test -L "$1"; }

# seed KIND ORIGIN TARGET: begins what is kept with a copy of what the release carries.
# Only a whole copy gets the final name.
seed() {
  part=$3.slipway-part
  as_app rm -rf "$part"
  if [ "$1" != file ]; then
    as_app mkdir "$part"
    [ ! -d "$2" ] || as_app cp -rT "$2/." "$part"
  elif [ -f "$2" ]; then
    as_app cp -T "$2" "$part"
  else
    return 0 # the app makes it: the link leads to nothing yet
  fi
  as_app sync -f "$kept"
  as_app mv -T "$part" "$3"
}

# open_to_nginx FOLDER: has nginx's group read all that is in it, and what comes later.
open_to_nginx() {
  # shellcheck disable=SC2016 # the shell that it starts expands it
  as_user "$user:www-data" sh -euc 'find "$1" ! -type l -exec chgrp www-data {} + -exec chmod g+rX {} + &&
    find "$1" -type d -printf "%p/.\0" | xargs -0r chmod g+s' open "$1"
}

# only_inside PATH SHOWN: ends the script if PATH, whose name for people is SHOWN, leads
# out of the source.
only_inside() {
  inside "$source" "$1" || {
    echo "$2 leads to $(realpath -m -- "$1"), outside of the app's folder: put a copy in its place, or keep another path"
    exit 1
  }
}

# only_of_root PATH: ends the script if root would make the folder PATH where others can
# write: a link could lead it anywhere.
only_of_root() {
  # shellcheck disable=SC2154 # of_root sets at
  [ -d "$1" ] || of_root "$1" || {
    echo "$1 can't be made, because others than root can write to $at: make it on the server (sudo mkdir -p '$1'), then run the same command again"
    exit 1
  }
}

[ -d "$state" ] || install -d -m 755 -o "$user" -g "$user" "$state"
there "$kept" || as_app mkdir -m 711 "$kept"
while [ $# -gt 0 ]; do
  kind=$1 path=$2 origin=$seeds/$2 place=$source/$2
  shift 2
  case $path in
    /tmp/* | /var/tmp/*) target=$kept$path origin='' place='';;
    /*) target=$kept$path origin='' place=$path;;
    *) target=$kept/$path; [ -e "$origin" ] || origin=$place;;
  esac
  case $place in
    '') ;;
    "$path") only_of_root "$place" ;;
    *)
      only_inside "$(dirname -- "$place")" "$path"
      [ "$kind" = file ] || only_inside "$place" "$path"
      ;;
  esac
  if [ "$kind" != file ] && [ -e "$place" ] && [ ! -d "$place" ]; then
    echo "$path is a file in the source, and slipway.toml or the app keeps a folder of that name"
    exit 1
  fi
  (umask 066; as_app mkdir -p "$(dirname "$target")")
  there "$target" || seed "$kind" "$origin" "$target"
  if [ "$kind" = served ] && [ "$(stat -c '%G %a' "$target")" != 'www-data 2750' ]; then open_to_nginx "$target"; fi
  if [ -z "$place" ]; then continue; fi
  (umask 022; mkdir -p "$(dirname "$place")")
  if [ "$kind" != file ]; then
    (umask 022; mkdir -p "$place")
  elif [ "$(readlink "$place")" != "$target" ]; then
    if [ -e "$place" ]; then
      install -d -m 750 -g "$user" "$seeds"
      (umask 022; mkdir -p "$(dirname "$seeds/$path")")
      mv -fT "$place" "$seeds/$path"
    fi
    ln -sfnT "$target" "$place"
  fi
done
)
