# shellcheck shell=sh
# Prints a line "complete PATH" for each virtual environment that is whole, and for each
# Python that was brought whole.
: "${venvs?}" "${pythons?}"

for file in "$venvs"/*/.complete "$pythons"/*/.complete; do
  [ ! -e "$file" ] || echo "complete $(dirname "$file")"
done
