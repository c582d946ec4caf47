# shellcheck shell=sh
# Prints a line "complete PATH" for each virtual environment that is whole and for each
# Python that was brought whole, and "building" if packages are installed that only a
# build needed. The functions of complete.sh come before.
: "${venvs?}" "${pythons?}" "${build_list?}"

for folder in "$venvs"/* "$pythons"/*; do
  if is_complete "$folder"; then echo "complete $folder"; fi
done
[ ! -e "$build_list" ] || echo building
