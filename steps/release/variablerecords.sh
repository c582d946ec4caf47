# shellcheck shell=sh
# Functions that read a file of variables, as systemd reads an EnvironmentFile.
# records FILE prints a line for each variable, with \n for each line break of its
# value; no other text in such a file is \n. without NAMES FILE prints the file but
# for the variables in NAMES, which stand between spaces. A value may take many
# lines: it ends with a quote that no backslash stands before, but for pairs of them.

# shellcheck disable=SC2016 # it is a program of awk
each='
function ends(s) { return s ~ /(^|[^\\])(\\\\)*"$/ }
{ rest = $0
  if (!inside) { record = $0; key = $0; sub(/=.*/, "", key); inside = sub(/^[A-Za-z_][A-Za-z0-9_]*="/, "", rest) }
  else record = record "\\n" $0
  if (!index(gone, " " key " ")) { if (whole == "") print }
  if (ends(rest)) inside = 0
  if (!inside && whole != "") print record }'
records() { LC_ALL=C awk -v whole=yes "$each" "$1"; }
without() { LC_ALL=C awk -v gone=" $1 " "$each" "$2"; }
