package dockertest

// pythonHook puts Python where the official images have it, and lets pip install there.
const pythonHook = `for name in python python3; do ln -s /usr/bin/python3 "$1/usr/local/bin/$name"; done
for name in pip pip3; do ln -s /usr/bin/pip3 "$1/usr/local/bin/$name"; done
rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED`

func python(suite string, names ...string) standIn {
	return standIn{
		names: names, suite: suite, hooks: []string{pythonHook},
		packages: []string{"ca-certificates", "netbase", "python3", "python3-dev", "python3-pip", "python3-venv", "tzdata"},
		changes:  []string{`CMD ["python3"]`},
	}
}

// redis is the image of redis or of valkey.
func redis(user string, names ...string) standIn {
	return standIn{
		names: names, suite: "trixie", packages: []string{user + "-server", user + "-tools"}, user: user, scripts: "redis",
		hooks:   []string{`install -d -o ` + userNumber + ` -g ` + userNumber + ` "$1/data"`},
		changes: []string{"VOLUME /data", "WORKDIR /data", "EXPOSE 6379", `CMD ["` + user + `-server"]`},
	}
}

// postgresHook removes the cluster that Debian makes, and listens to the network, as the
// official image does. Any user may own the data.
const postgresHook = `rm -rf "$1/etc/postgresql/17" "$1/var/lib/postgresql/17"
install -d -m 1777 -o ` + userNumber + ` -g ` + userNumber + ` "$1/var/lib/postgresql/data"
install -d -m 3777 -o ` + userNumber + ` -g ` + userNumber + ` "$1/run/postgresql"
mkdir "$1/docker-entrypoint-initdb.d"
sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$1/usr/share/postgresql/17/postgresql.conf.sample"`

// mariadbHook does the same for MariaDB.
const mariadbHook = `rm -rf "$1/var/lib/mysql" "$1/etc/mysql/debian.cnf"
install -d -m 1777 -o ` + userNumber + ` -g ` + userNumber + ` "$1/var/lib/mysql" "$1/run/mysqld"
mkdir "$1/docker-entrypoint-initdb.d"
sed -i "s/^bind-address.*//" "$1/etc/mysql/mariadb.conf.d/50-server.cnf"
printf '[mariadbd]\nskip-name-resolve\nhost-cache-size=0\n' > "$1/etc/mysql/mariadb.conf.d/60-docker.cnf"`

// standIns are all that there are.
var standIns = []standIn{
	python("trixie", "python:3.13-slim", "python:3.13-slim-trixie", "python:3-slim", "python:3.13"),
	python("bookworm", "python:3.11-slim", "python:3.11-slim-bookworm", "python:3.11"),
	{
		names: []string{"debian:13-slim", "debian:trixie-slim"}, suite: "trixie",
		packages: []string{"ca-certificates"}, changes: []string{`CMD ["bash"]`},
	},
	redis("redis", "redis:8", "redis:8-trixie", "redis:latest"),
	redis("valkey", "valkey/valkey:8", "valkey/valkey:latest"),
	{
		names: []string{"postgres:17", "postgres:17-trixie"}, suite: "trixie",
		packages: []string{"postgresql-17", "tzdata"}, user: "postgres", scripts: "postgres", hooks: []string{postgresHook},
		changes: []string{
			"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin",
			"ENV PG_MAJOR=17", "ENV PGDATA=/var/lib/postgresql/data", "VOLUME /var/lib/postgresql/data", "EXPOSE 5432",
			`CMD ["postgres"]`,
		},
	},
	{
		names: []string{"mariadb:11", "mariadb:11.8", "mariadb:lts"}, suite: "trixie",
		packages: []string{"mariadb-server", "tzdata"}, user: "mysql", scripts: "mariadb", hooks: []string{mariadbHook},
		changes: []string{"VOLUME /var/lib/mysql", "EXPOSE 3306", `CMD ["mariadbd"]`},
	},
}
