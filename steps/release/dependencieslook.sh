# shellcheck shell=sh
# Prints a line "complete PATH" for each virtual environment that is whole and for each
# Python that was brought whole, and "building" if packages are installed that only a
# build needed. A folder is whole as is_complete of complete.sh has it; one program looks
# at all of them.
: "${venvs?}" "${pythons?}" "${build_list?}"

find "$venvs" "$pythons" -mindepth 1 -maxdepth 2 -type d ! -user root -prune -o \
  -name .complete -type f -user root -printf 'complete %h\n' 2>/dev/null || :
[ ! -e "$build_list" ] || echo building
