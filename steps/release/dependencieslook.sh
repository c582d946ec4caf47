# shellcheck shell=sh
# Prints a line "complete PATH" for each virtual environment that is whole.
: "${venvs?}"

for file in "$venvs"/*/.complete; do
  [ ! -e "$file" ] || echo "complete $(dirname "$file")"
done
