# shellcheck shell=sh
# For each pair of words, as data.sh has them, prints "kept PATH" if it is kept as it
# should be, and "placed PATH" if the release's source has its place.
: "${state?}" "${kept?}" "${source?}" "${seeds?}"

[ -d "$state" ] || set --
while [ $# -gt 0 ]; do
  kind=$1 path=$2 target=$kept/${2#/} place=$source/$2 carried=$seeds/$2
  shift 2
  case $path in
    /tmp/* | /var/tmp/*) place='' carried='';;
    /*) place=$path carried='';;
  esac
  case $kind in
    folder) [ ! -d "$target" ] || echo "kept $path";;
    served) [ "$(stat -c '%F %G %a' "$target" 2>/dev/null)" != 'directory www-data 2750' ] || echo "kept $path";;
    file) if [ -e "$target" ] || { [ -d "$(dirname "$target")" ] && [ ! -e "$carried" ]; }; then echo "kept $path"; fi;;
  esac
  if [ -z "$place" ]; then
    echo "placed $path"
  elif [ "$kind" != file ]; then
    [ ! -d "$place" ] || echo "placed $path"
  elif [ "$(readlink "$place")" = "$target" ]; then
    echo "placed $path"
  fi
done
