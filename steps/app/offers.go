package app

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// driverKinds are the packages by which an app reaches a database that runs beside it, by
// their normalised names.
var driverKinds = map[string]string{
	"aiopg": Postgres, "asyncpg": Postgres, "pg8000": Postgres, "psycopg": Postgres, "psycopg-binary": Postgres, "psycopg-c": Postgres,
	"psycopg-pool": Postgres, "psycopg2": Postgres, "psycopg2-binary": Postgres, "psycopg2cffi": Postgres, "pygresql": Postgres,
	"py-postgresql": Postgres, "procrastinate": Postgres, "gino": Postgres,

	"aiomysql": MariaDB, "asyncmy": MariaDB, "cymysql": MariaDB, "flask-mysql": MariaDB, "flask-mysqldb": MariaDB, "mariadb": MariaDB,
	"mysql-connector": MariaDB, "mysql-connector-python": MariaDB, "mysqlclient": MariaDB, "pymysql": MariaDB,

	"aioredis": Redis, "arq": Redis, "celery-redbeat": Redis, "channels-redis": Redis, "coredis": Redis, "django-redis": Redis,
	"django-redis-cache": Redis, "django-rq": Redis, "flask-redis": Redis, "flask-rq2": Redis, "redis": Redis, "redis-om": Redis,
	"rq": Redis, "taskiq-redis": Redis, "valkey": Redis, "walrus": Redis,
}

// driverExtras are the words in a package's extras that bring such a package:
// celery[redis], databases[postgresql].
var driverExtras = map[string]string{
	"postgres": Postgres, "postgresql": Postgres, "psycopg": Postgres, "psycopg2": Postgres, "asyncpg": Postgres, "aiopg": Postgres,
	"mysql": MariaDB, "mysqlclient": MariaDB, "mariadb": MariaDB, "pymysql": MariaDB, "aiomysql": MariaDB, "asyncmy": MariaDB,
	"redis": Redis, "valkey": Redis,
}

// noteDriver notes a requirement that reaches a database.
func (d *detection) noteDriver(requirement, place string) {
	name := requirementName(requirement)
	if d.drivers == nil {
		d.drivers = map[string]string{}
	}
	if _, noted := d.drivers[name]; !noted {
		d.drivers[name] = place
	}
	if driverKinds[name] != "" {
		d.offer(driverKinds[name], name, place)
	}
	_, rest, _ := strings.Cut(requirement, "[")
	extras, _, _ := strings.Cut(rest, "]")
	for extra := range strings.SplitSeq(extras, ",") {
		extra = normalName(strings.TrimSpace(extra))
		word, more, _ := strings.Cut(extra, "-")
		if kind := driverExtras[word]; kind != "" {
			d.drivers[word] = place
			if more != "" { // postgresql-asyncpg
				d.drivers[more] = place
			}
			d.offer(kind, fmt.Sprintf("%s[%s]", name, extra), place)
		}
	}
}

// drives tells whether one of some packages is among the app's.
func (d *detection) drives(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, ok := d.drivers[name]; return ok })
}

// offer offers a kind of database. The first reason counts.
func (d *detection) offer(kind, what, place string) {
	if !slices.ContainsFunc(d.found.Offers, func(o Offer) bool { return o.Kind == kind }) {
		d.found.Offers = append(d.found.Offers, Offer{Kind: kind, Why: fmt.Sprintf("%s (%s)", what, place)})
	}
}

func (d *detection) offered(kind string) bool {
	return slices.ContainsFunc(d.found.Offers, func(o Offer) bool { return o.Kind == kind })
}

// addressForm is the beginning of a database's address.
var addressForm = regexp.MustCompile(`^([a-z][a-z0-9+]*)://`)

// schemeForm is a scheme of such an address.
var schemeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\+[a-z0-9_]+)?$`)

// kindOfAddress is the kind of database that an address leads to, and its scheme; "" if it
// is none of those that run beside the app.
func kindOfAddress(text string) (kind, scheme string) {
	found := addressForm.FindStringSubmatch(text)
	if found == nil {
		return "", ""
	}
	family, _, _ := strings.Cut(found[1], "+")
	switch family {
	case "postgres", "postgresql", "psql", "pgsql", "asyncpg", "postgis":
		return Postgres, found[1]
	case "mysql", "mariadb", "mysqlgis":
		return MariaDB, found[1]
	case "redis", "rediss", "rediscache", "valkey":
		return Redis, found[1]
	}
	return "", found[1]
}

// KindOfAddress is the kind of database that a URL leads to; "" if it leads to none of
// those that run beside an app.
func KindOfAddress(text string) string {
	kind, _ := kindOfAddress(text)
	return kind
}

// engineKind is the kind of database of one of Django's backends; "" if it is none.
func engineKind(text string) string {
	switch last := text[strings.LastIndexByte(text, '.')+1:]; {
	case !strings.Contains(text, "."):
		return ""
	case last == "postgresql" || last == "postgresql_psycopg2" || last == "postgis":
		return Postgres
	case last == "mysql" && strings.Contains(text, "backends"):
		return MariaDB
	case last == "RedisCache" || last == "RedisChannelLayer" || last == "RedisPubSubChannelLayer":
		return Redis
	}
	return ""
}

// databases finds which databases the app seems to use, and by which variables it finds
// them. None is made unless a person says so.
func (d *detection) databases() error {
	sources := (&finder{detection: d}).sources()
	for _, m := range sources {
		for _, l := range m.parsed().lines {
			d.offerIn(l)
		}
	}
	d.offerCompose()
	slices.SortStableFunc(d.found.Offers, func(a, b Offer) int { return strings.Compare(a.Kind, b.Kind) })
	d.serviceNames(sources)
	return nil
}

// offerIn offers what the addresses and backends in one statement name.
func (d *detection) offerIn(l line) {
	if len(l.tokens) == 1 || ofTests(l.scope) || isTestName(l.tokens) {
		return
	}
	for i, t := range l.tokens {
		if t.kind != tokenString {
			continue
		}
		if kind, scheme := kindOfAddress(t.text); kind != "" && len(t.text) > len(scheme)+len("://") {
			d.offer(kind, "an address "+scheme+"://", l.at(i))
		}
		if kind := engineKind(t.text); kind != "" {
			d.offer(kind, t.text, l.at(i))
		}
	}
}

// composeNames are the usual names of a file for docker compose.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

// offerCompose offers the databases that a file for docker compose has.
func (d *detection) offerCompose() {
	for _, name := range composeNames {
		text, err := readText(d.fsys, name)
		if err != nil {
			continue // what is not there, or can't be read, says nothing
		}
		var file struct {
			Services map[string]struct {
				Image yaml.Node `yaml:"image"`
			} `yaml:"services"`
		}
		if yaml.Unmarshal(text, &file) != nil {
			continue
		}
		for _, service := range slices.Sorted(maps.Keys(file.Services)) {
			image := file.Services[service].Image
			if kind := imageKind(image.Value); kind != "" {
				d.offer(kind, "the image "+shownName(image.Value), fmt.Sprintf("%s line %d", name, image.Line))
			}
		}
	}
}

// imageKind is the kind of database that an image has; "" if it has none.
func imageKind(image string) string {
	base, _, _ := strings.Cut(path.Base(image), ":")
	base, _, _ = strings.Cut(base, "@")
	switch base {
	case "postgres", "postgis", "postgresql", "pgvector", "timescaledb":
		return Postgres
	case "mysql", "mariadb", "mysql-server":
		return MariaDB
	case "redis", "valkey", "redis-stack-server":
		return Redis
	}
	return ""
}
