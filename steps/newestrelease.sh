# shellcheck shell=sh
# Prints the name of the newest release that has its source and its packages; nothing if
# there is none.
: "${releases?}"

find "$releases" -mindepth 2 -maxdepth 2 -name name -printf '%T@ %h\n' | sort -rn | while read -r _ folder; do
  if [ -e "$folder/venv/.complete" ]; then
    basename "$folder"
    break
  fi
done
