# shellcheck shell=sh
# Replaces all that is in a MariaDB database by the dump in a file. If it can't be loaded,
# what was there before comes back.
set -eu
file=$1
app() { mariadb --host=127.0.0.1 --user=app "$@"; }
anew() { app --execute='DROP DATABASE IF EXISTS app; CREATE DATABASE app'; }
whole() { tail -c 200 "$1" | grep -q 'Dump completed'; }
whole "$file" || { echo "it is no dump of MariaDB, or was cut short" >&2; exit 1; }
mariadb-dump --host=127.0.0.1 --user=app --single-transaction --routines --triggers --hex-blob --no-tablespaces app >"$file.old"
whole "$file.old"
anew
app app <"$file" || {
  status=$?
  anew
  app app <"$file.old" || { echo "what was there before is in $file.old in the container" >&2; exit 1; }
  rm -f "$file" "$file.old"
  exit "$status"
}
rm -f "$file" "$file.old"
