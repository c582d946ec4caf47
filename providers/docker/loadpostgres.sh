# shellcheck shell=sh
# Replaces all that is in a PostgreSQL database by the dump in a file, in one transaction.
# PGHOST and the like say which database it is.
set -eu
file=$1
trap 'rm -f "$file" "$file.sql"' EXIT
if [ "$(head -c 5 "$file")" = PGDMP ]; then
  pg_restore --no-owner --no-privileges --file="$file.sql" "$file"
else
  tail -c 1000 "$file" | grep -q 'PostgreSQL database dump complete' || { echo "it is no dump of PostgreSQL, or was cut short" >&2; exit 1; }
  mv "$file" "$file.sql"
fi
# shellcheck disable=SC2016 # the dollars are PostgreSQL's
psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --output=/dev/null --command='DO $$
DECLARE one name;
BEGIN
  FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ $_$^pg_$_$ AND nspname <> $_$information_schema$_$ LOOP
    EXECUTE format($_$DROP SCHEMA %I CASCADE$_$, one);
  END LOOP;
END $$' --command='CREATE SCHEMA public' --file="$file.sql"
