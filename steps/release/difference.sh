# shellcheck shell=sh
# The function difference, and what it needs. The functions of records.sh come before.

# in_one_only FILE FILE: prints the lines that only one of two files has, with "- " or
# "+ " before each.
in_one_only() {
  { sed 's/^/- /' "$1"; sed 's/^/+ /' "$2"; } | sort -k 2 | uniq -u -f 1
}

# packages_of RELEASE: prints the names and versions of the packages of a release.
packages_of() {
  find "$1"/venv/lib/python3*/site-packages -maxdepth 1 -name '*.dist-info' -printf '%f\n' 2>/dev/null | sed 's/\.dist-info$//'
}

# variables_of RELEASE FOLDER: prints a line for each variable of a release.
variables_of() {
  file=$2/$(basename "$1").env
  [ ! -e "$file" ] || records "$file"
}

# files_between RELEASE RELEASE: prints the files of the second release that the first
# has not or has otherwise, and those that only the first has.
files_between() {
  { diff -rq --no-dereference "$1/src" "$2/src" || :; } | sed -n \
    -e "s|^Files .* and $2/src/\(.*\) differ\$|\1|p" -e "s|^Symbolic links .* and $2/src/\(.*\) differ\$|\1|p" \
    -e "s|^Only in $2/src/*\(.*\): \(.*\)\$|\1/\2 (new)|p" -e "s|^Only in $1/src/*\(.*\): \(.*\)\$|\1/\2 (removed)|p" | sed 's|^/||'
}

# listed WORD: prints the lines of its input as one line that begins with WORD, twelve
# of them at most; nothing if there are none.
listed() {
  awk -v word="$1" '
    NR <= 12 { line = line (NR > 1 ? ", " : "") $0 }
    END { if (NR > 12) line = line " and " NR - 12 " more"; if (NR) print "  " word ": " line }'
}

# difference CURRENT RELEASE VARIABLES: prints in what a release differs from the one
# that CURRENT links to: a line each of files, of packages with their versions, and of
# names of variables, whose files are in the folder VARIABLES. Prints nothing if it is
# that one or there is none. Its variables are its own.
difference() (
  export LC_ALL=C
  serving=$(readlink "$1" || :)
  if [ ! -d "$serving/src" ] || [ "$serving" = "$2" ]; then exit 0; fi
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  packages_of "$serving" >"$dir/old-packages"
  packages_of "$2" >"$dir/new-packages"
  variables_of "$serving" "$3" >"$dir/old-variables"
  variables_of "$2" "$3" >"$dir/new-variables"
  echo "it differs from release $(basename "$serving"), which goes on, in"
  files_between "$serving" "$2" | listed files
  in_one_only "$dir/old-packages" "$dir/new-packages" | listed packages
  in_one_only "$dir/old-variables" "$dir/new-variables" | sed 's/^. //; s/=.*//' | uniq | listed variables
)
