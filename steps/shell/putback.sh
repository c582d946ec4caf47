# shellcheck shell=sh
# Puts every file of the folder kept back where it was, and prints its path.
: "${kept?}"

if [ -d "$kept" ]; then
  (cd "$kept" && find . ! -type d ! -name '*.part') | while IFS= read -r path; do
    path=${path#.}
    cp -a "$kept$path" "$path.slipway-part"
    mv -fT "$path.slipway-part" "$path"
    echo "put back $path"
  done
fi
