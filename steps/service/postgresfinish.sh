# shellcheck shell=sh
# Makes the app's role and database, and those of what runs before a release. Libraries that
# make a database for tests begin in the instance's own, postgres. What the look asks for
# last is done last.
: "${data?}" "${socket?}" "${role?}" "${builder?}"

runuser -u postgres -- "/usr/lib/postgresql/$(cat "$data/PG_VERSION")/bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -d postgres \
  -v role="$role" -v builder="$builder" <<'SQL'
SET client_min_messages = warning;
SELECT format('CREATE ROLE %I LOGIN', :'role') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
SELECT format('CREATE ROLE %I LOGIN CREATEDB', :'builder') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'builder') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'builder', :'builder') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'builder') \gexec
REVOKE CONNECT ON DATABASE :"builder" FROM PUBLIC;
SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'role') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
REVOKE CONNECT ON DATABASE :"role" FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO :"builder";
REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
SQL
