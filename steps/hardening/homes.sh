# shellcheck shell=sh
# Prints the modes of people's home folders and of the settings in them, each mode once. It
# prints no names: one could look like what something else prints.
: "${homes?}"

for home in "$homes"/*; do
  [ -d "$home" ] || continue
  stat -Lc 'home %a' -- "$home"
  find "$home/" -mindepth 1 -maxdepth 1 -name '.[!.]*' -type f -links 1 -user "$(stat -Lc %u -- "$home")" -printf 'dotfile %m\n'
done | sort -u
