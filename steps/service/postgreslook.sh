# shellcheck shell=sh
# Prints the version of PostgreSQL that can start the data and that of the data, the newest
# one that is installed, and whether the app's role and database are there.
: "${data?}" "${socket?}" "${role?}"

version=$(cat "$data/PG_VERSION" 2>/dev/null || :)
(
if [ -n "$version" ]; then
  newest=$(find /usr/lib/postgresql/*/bin/postgres -printf '%h\n' 2>/dev/null | sed 's|^/usr/lib/postgresql/||; s|/bin$||' | sort -n | tail -n 1)
  program=$version
  [ -x "/usr/lib/postgresql/$version/bin/postgres" ] || program=$newest
  echo "newest $newest"
  echo "version ${program:-none} $version"
  cd /
  found=$(runuser -u postgres -- "/usr/lib/postgresql/$version/bin/psql" -X -A -t -h "$socket" -d postgres -v role="$role" 2>/dev/null <<'SQL' || :
SELECT 'made' FROM pg_database d JOIN pg_roles r ON d.datdba = r.oid
WHERE datname = :'role' AND rolname = :'role' AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'slipway-build')
AND NOT has_database_privilege('slipway-build', :'role', 'CONNECT')
AND has_database_privilege('slipway-build', 'postgres', 'CONNECT') AND NOT has_database_privilege(:'role', 'postgres', 'CONNECT');
SQL
)
  [ "$found" != made ] || echo made
fi
)
