package release

import (
	"fmt"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

// differenceScript prints in what a release differs from the one that takes the
// traffic: files, packages with their versions, and the names of variables, of
// each kind a line. Nothing if that one is the same or there is none.
func differenceScript(l layout.Layout, id string) string {
	return shell.Lines(VariableRecords, fmt.Sprintf(`(
export LC_ALL=C
was=$(readlink %[1]s || :) now=%[2]s
[ -d "$was/src" ] && [ "$was" != "$now" ] || exit 0
# The lines that only one of two files has, "-" and "+" before each.
either() { { sed 's/^/- /' "$1"; sed 's/^/+ /' "$2"; } | sort -k 2 | uniq -u -f 1; }
installed() { ls "$1"/venv/lib/python3*/site-packages 2>/dev/null | sed -n 's/\.dist-info$//p'; }
shown() { awk -v what="$1" '{ if (NR <= 12) line = line (NR > 1 ? ", " : "") $0 } END { if (NR > 12) line = line " and " NR - 12 " more"; if (NR) print "  " what ": " line }'; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for of in was now; do
  eval "release=\$$of"
  installed "$release" >"$dir/packages-$of"
  file=%[3]s/$(basename "$release").env
  [ ! -e "$file" ] || records "$file" >"$dir/variables-$of"
  touch "$dir/variables-$of"
done
echo "it differs from release $(basename "$was"), which goes on, in"
{ diff -rq --no-dereference "$was/src" "$now/src" || :; } | sed -n \
  -e "s|^Files .* and $now/src/\(.*\) differ\$|\1|p" -e "s|^Symbolic links .* and $now/src/\(.*\) differ\$|\1|p" \
  -e "s|^Only in $now/src/*\(.*\): \(.*\)\$|\1/\2 (new)|p" -e "s|^Only in $was/src/*\(.*\): \(.*\)\$|\1/\2 (removed)|p" | sed 's|^/||' | shown files
either "$dir/packages-was" "$dir/packages-now" | shown packages
either "$dir/variables-was" "$dir/variables-now" | sed 's/^. //; s/=.*//' | uniq | shown variables
)`, l.Current(), l.Release(id), layout.VariablesFolder))
}

// orDifference runs a command line of the release's; if that fails, what is
// different about the release is the last that is printed.
func orDifference(l layout.Layout, id, command string) string {
	return shell.Lines(command+" || {", "failed=$?", differenceScript(l, id), "exit $failed", "}")
}
