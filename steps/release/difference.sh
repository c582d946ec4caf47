# shellcheck shell=sh
# A function: difference prints in what a release differs from the one that takes
# the traffic: files, packages with their versions, and the names of variables, of
# each kind a line. It prints nothing if that one is the same or there is none.
# It needs records, of variablerecords.sh.
: "${current?}" "${release?}" "${variables?}"

difference() (
  export LC_ALL=C
  serving=$(readlink "$current" || :)
  [ -d "$serving/src" ] && [ "$serving" != "$release" ] || exit 0
  # either prints the lines that only one of two files has, "-" or "+" before each.
  either() {
    {
      sed 's/^/- /' "$1"
      sed 's/^/+ /' "$2"
    } | sort -k 2 | uniq -u -f 1
  }
  # shellcheck disable=SC2012 # names of Python packages have no line breaks
  installed() { ls "$1"/venv/lib/python3*/site-packages 2>/dev/null | sed -n 's/\.dist-info$//p'; }
  shown() {
    awk -v what="$1" '
      { if (NR <= 12) line = line (NR > 1 ? ", " : "") $0 }
      END { if (NR > 12) line = line " and " NR - 12 " more"; if (NR) print "  " what ": " line }'
  }
  # variables_of prints nothing for a release that has no file of variables.
  variables_of() {
    file=$variables/$(basename "$1").env
    [ ! -e "$file" ] || records "$file"
  }
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  installed "$serving" >"$dir/packages-before"
  installed "$release" >"$dir/packages-after"
  variables_of "$serving" >"$dir/variables-before"
  variables_of "$release" >"$dir/variables-after"
  echo "it differs from release $(basename "$serving"), which goes on, in"
  { diff -rq --no-dereference "$serving/src" "$release/src" || :; } | sed -n \
    -e "s|^Files .* and $release/src/\(.*\) differ\$|\1|p" \
    -e "s|^Symbolic links .* and $release/src/\(.*\) differ\$|\1|p" \
    -e "s|^Only in $release/src/*\(.*\): \(.*\)\$|\1/\2 (new)|p" \
    -e "s|^Only in $serving/src/*\(.*\): \(.*\)\$|\1/\2 (removed)|p" | sed 's|^/||' | shown files
  either "$dir/packages-before" "$dir/packages-after" | shown packages
  either "$dir/variables-before" "$dir/variables-after" | sed 's/^. //; s/=.*//' | uniq | shown variables
)
