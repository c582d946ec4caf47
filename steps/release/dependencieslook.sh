# shellcheck shell=sh
# Prints a line "complete PATH" for each virtual environment that is whole and for each
# Python that was brought whole, and "building" if packages are installed that only a
# build needed.
: "${venvs?}" "${pythons?}" "${build_list?}"

for file in "$venvs"/*/.complete "$pythons"/*/.complete; do
  [ ! -e "$file" ] || echo "complete $(dirname "$file")"
done
[ ! -e "$build_list" ] || echo building
