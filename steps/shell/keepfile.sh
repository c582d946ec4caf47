# shellcheck shell=sh
# Copies the file or link at path into the folder kept, unless there is a copy or
# the file has the line that slipway's own files have.
: "${kept?}" "${own?}" "${path?}"

copy=$kept$path
if { [ -e "$path" ] || [ -L "$path" ]; } && [ ! -e "$copy" ] && [ ! -L "$copy" ] && ! grep -qsF "$own" "$path"; then
  install -d -m 700 "$kept"
  mkdir -p "${copy%/*}"
  cp -a "$path" "$copy.part"
  mv -f "$copy.part" "$copy"
fi
