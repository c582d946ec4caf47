# shellcheck shell=sh
# Copies what links in a folder lead to, if that is in this folder too: nginx serves no
# links. $1 is the folder, $2 its copy, and the others are links in it. Prints which links
# lead elsewhere. It runs as the app's user; the functions of bounds.sh come before.

folder=$1 copy=$2
shift 2
for link do
  path=${link#"$folder/"}
  if ! inside "$folder" "$link"; then
    why='outside of that folder'
  elif [ -f "$link" ]; then
    cp -T --preserve=timestamps -- "$link" "$copy/$path"
    continue
  elif [ -d "$link" ] && ! inside "$link" "$(dirname -- "$link")"; then
    cp -rT --preserve=timestamps -- "$link/." "$copy/$path"
    continue
  else
    why='which is no file and no other folder'
  fi
  printf '%s is a link to %s, %s, so nginx does not serve it' "${folder##*/}/$path" "$(readlink -- "$link")" "$why" | LC_ALL=C tr '[:cntrl:]' '?'
  echo
done
