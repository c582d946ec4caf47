# shellcheck shell=sh
# Puts every file of the folder kept back where it was, and prints its path.
: "${kept?}"

if [ -d "$kept" ]; then
  # shellcheck disable=SC2016 # the shell that it starts expands it
  (cd "$kept" && find . ! -type d ! -name '*.part' -exec sh -euc '
    for path do
      path=${path#.}
      cp -a -- "$0$path" "$path.slipway-part"
      mv -fT -- "$path.slipway-part" "$path"
      echo "put back $path"
    done' "$kept" {} +)
fi
