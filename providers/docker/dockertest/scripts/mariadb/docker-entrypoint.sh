#!/bin/sh
# shellcheck shell=sh
# What the entry point of mariadb does: the first start makes the tables of the server,
# with the passwords, user and database that the environment names.
set -eu

data=/var/lib/mysql

# setting NAME sets a variable from MARIADB_NAME or MYSQL_NAME, or a file of either.
setting() {
	eval "$1=\${MARIADB_$1-\${MYSQL_$1-}} file=\${MARIADB_$1_FILE-\${MYSQL_$1_FILE-}}"
	[ -z "$file" ] || eval "$1=\$(cat \"\$file\")"
}

# quoted TEXT is a string of SQL.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")"; }

case "${1-}" in -*) set -- mariadbd "$@" ;; esac
if [ "$1" != mariadbd ] && [ "$1" != mysqld ]; then
	exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$data" /run/mysqld
	find "$data" /run/mysqld \! -user mysql -exec chown mysql: {} +
	exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
fi
if [ -d "$data/mysql" ]; then
	exec "$@"
fi

for name in ROOT_PASSWORD RANDOM_ROOT_PASSWORD ALLOW_EMPTY_ROOT_PASSWORD DATABASE USER PASSWORD; do
	setting "$name"
done
# shellcheck disable=SC2153 # setting sets them
if [ -z "$ROOT_PASSWORD$RANDOM_ROOT_PASSWORD$ALLOW_EMPTY_ROOT_PASSWORD" ]; then
	echo 'Database is uninitialized and password option is not specified' >&2
	echo 'You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD' >&2
	exit 1
fi
if [ -n "$RANDOM_ROOT_PASSWORD" ]; then
	ROOT_PASSWORD=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
	echo "GENERATED ROOT PASSWORD: $ROOT_PASSWORD"
fi
mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
{
	echo 'FLUSH PRIVILEGES;'
	if [ -n "$DATABASE" ]; then
		echo "CREATE DATABASE IF NOT EXISTS \`$DATABASE\`;"
	fi
	if [ -n "$USER" ] && [ -n "$PASSWORD" ]; then
		echo "CREATE USER $(quoted "$USER")@'%' IDENTIFIED BY $(quoted "$PASSWORD");"
		[ -z "$DATABASE" ] || echo "GRANT ALL ON \`$DATABASE\`.* TO $(quoted "$USER")@'%';"
	fi
	echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$ROOT_PASSWORD");"
	echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
	echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$ROOT_PASSWORD");"
	# What healthcheck.sh asks as: it may see that the server answers, and nothing else.
	echo "CREATE USER healthcheck@'127.0.0.1' IDENTIFIED BY '';"
} | mariadbd --bootstrap --datadir="$data"
echo 'MariaDB init process done. Ready for start up.'
exec "$@"
