#!/bin/sh
# shellcheck shell=sh
# What the entry point of postgres does: the first start makes the cluster, with the
# password, user and database that the environment names.
set -eu

# file_env NAME DEFAULT sets a variable from NAME_FILE if there is one.
file_env() {
	eval "value=\${$1-} file=\${$1_FILE-}"
	if [ -n "$value" ] && [ -n "$file" ]; then
		echo "error: both $1 and $1_FILE are set (but are exclusive)" >&2
		exit 1
	fi
	[ -z "$file" ] || value=$(cat "$file")
	export "$1=${value:-$2}"
	unset "$1_FILE"
}

case "${1-}" in -*) set -- postgres "$@" ;; esac
if [ "$1" != postgres ]; then
	exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$PGDATA" /var/run/postgresql
	chmod 00700 "$PGDATA"
	chmod 03775 /var/run/postgresql
	find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres {} +
	exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA"

# The official image's stop signal is SIGINT, which ends sessions; an imported image can't
# say so. SIGTERM would wait until they end by themselves.
serve() {
	"$@" &
	trap 'kill -INT "$!"' TERM INT
	status=0
	wait "$!" || status=$?
	# A signal ends the first wait.
	[ "$status" -lt 128 ] || wait "$!" || status=$?
	exit "$status"
}

if [ -s "$PGDATA/PG_VERSION" ]; then
	echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
	serve "$@"
fi

file_env POSTGRES_PASSWORD ''
file_env POSTGRES_USER postgres
file_env POSTGRES_DB "$POSTGRES_USER"
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
	echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
	exit 1
fi
# shellcheck disable=SC2086 # the arguments are several words
printf '%s\n' "$POSTGRES_PASSWORD" | initdb --username="$POSTGRES_USER" --pwfile=/dev/stdin ${POSTGRES_INITDB_ARGS-}
printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
export PGPASSWORD="$POSTGRES_PASSWORD"
pg_ctl -o "-c listen_addresses='' -p 5432" -w start
if [ "$POSTGRES_DB" != postgres ]; then
	createdb --username="$POSTGRES_USER" --no-password -- "$POSTGRES_DB"
fi
for file in /docker-entrypoint-initdb.d/*; do
	case "$file" in
		*.sh) sh "$file" ;;
		*.sql) psql -v ON_ERROR_STOP=1 --no-password --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" -f "$file" ;;
	esac
done
pg_ctl -m fast -w stop
unset PGPASSWORD
echo 'PostgreSQL init process complete; ready for start up.'
serve "$@"
