# shellcheck shell=sh
# Prints the modes of people's home folders and of the settings in them.
for home in /home/*; do
  [ ! -d "$home" ] || stat -c 'home %a %n' "$home"
  for file in "$home"/.[!.]*; do
    [ ! -f "$file" ] || [ -L "$file" ] || stat -c 'dotfile %a %n' "$file"
  done
done
