# shellcheck shell=sh
# Functions that read a file of variables as systemd does. A value may take many lines:
# it ends at a quote with an even number of backslashes before it.

# shellcheck disable=SC2016 # a program for awk
variable_records='
function ends(s) { return s ~ /(^|[^\\])(\\\\)*"$/ }
{ rest = $0
  if (!inside) { record = $0; key = $0; sub(/=.*/, "", key); inside = sub(/^[A-Za-z_][A-Za-z0-9_]*="/, "", rest) }
  else record = record "\\n" $0
  if (!index(omitted, " " key " ")) { if (whole == "") print }
  if (ends(rest)) inside = 0
  if (!inside && whole != "") print record }'

# records FILE: prints a line for each variable. A line break in a value is \n there,
# which nothing else in such a file is.
records() { LC_ALL=C awk -v whole=yes "$variable_records" "$1"; }

# without NAMES FILE: prints the file but for the variables of these names, which are
# separated by spaces.
without() { LC_ALL=C awk -v omitted=" $1 " "$variable_records" "$2"; }
