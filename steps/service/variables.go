package service

import (
	"slices"
	"strings"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
)

// Variables are the variables, each "NAME=value", by which the app, its processes and
// commands find the databases of a plan. None is secret. The app's own variables win over
// them.
func Variables(p plan.Plan) []string { return variables(p, layout.Of(p.ServerName()).User) }

// BuildVariables are the same for what runs before a release as the builder: it has a role
// and databases of its own, and no Redis.
func BuildVariables(p plan.Plan) []string { return variables(p, builder) }

// OnlyApps is the folder of the socket that the app's group may open.
func OnlyApps() string { return runtime(app.Redis) }

func variables(p plan.Plan, role string) []string {
	values := map[string]string{}
	for _, k := range of(p) {
		for name, part := range standard(k.name) {
			if name == "DATABASE_URL" && values[name] != "" && k.name != app.Postgres {
				continue // with two, it is PostgreSQL's
			}
			values[name] = address(k.name, part, "", role)
		}
	}
	if _, celery := p.App.Named["celery"]; celery && asks(p, app.Redis) {
		// Celery takes this one before any setting, and no other form of a socket's address.
		values["CELERY_BROKER_URL"] = address(app.Redis, app.PartBroker, "", role)
	}
	for _, n := range p.App.ServiceNames {
		part, ours := standard(n.Kind)[n.Variable]
		if asks(p, n.Kind) && (!ours || part == app.PartURL || n.InAddress) {
			values[n.Variable] = named(n, role)
			if _, ok := onPort(p, n.Kind); ok {
				atPort(n, values)
			}
		}
	}
	var all []string
	for name, value := range values {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return all
}

func asks(p plan.Plan, kind string) bool {
	return slices.ContainsFunc(of(p), func(k database) bool { return k.name == kind })
}

// standard are the variables that everybody has of a kind, and their parts. PostgreSQL's
// own clients read those with PG, MariaDB's read none.
func standard(kind string) map[string]string {
	switch kind {
	case app.Postgres:
		return map[string]string{"DATABASE_URL": app.PartURL, "PGHOST": app.PartHost, "PGPORT": app.PartPort, "PGUSER": app.PartUser, "PGDATABASE": app.PartName}
	case app.MariaDB:
		return map[string]string{"DATABASE_URL": app.PartURL, "MYSQL_URL": app.PartURL, "MYSQL_UNIX_PORT": app.PartHost, "MYSQL_USER": app.PartUser, "MYSQL_DATABASE": app.PartName}
	}
	return map[string]string{"REDIS_URL": app.PartURL}
}

// address is a part of a database's address. scheme is what it begins with, where that is
// not the kind's own.
func address(kind, part, scheme, role string) string {
	switch part {
	case app.PartHost:
		return socket(kind)
	case app.PartPort:
		return map[string]string{app.Postgres: "5432", app.MariaDB: "3306", app.Redis: "0"}[kind]
	case app.PartUser, app.PartName:
		if kind == app.Redis {
			return map[string]string{app.PartUser: "", app.PartName: "0"}[part]
		}
		return role
	case app.PartPassword:
		return "" // the kernel says who asks
	case app.PartBroker, app.PartResult:
		if kind == app.Redis {
			return "redis+socket://" + socket(kind) + "?virtual_host=0"
		}
	}
	own := map[string]string{
		app.Postgres: "postgresql://" + role + "@/" + role + "?host=" + socket(app.Postgres),
		app.MariaDB:  "mysql://" + role + "@localhost/" + role + "?unix_socket=" + socket(app.MariaDB),
		app.Redis:    "unix://" + socket(app.Redis) + "?db=0",
	}[kind]
	if scheme == "" {
		return own
	}
	_, rest, _ := strings.Cut(own, "://")
	if strings.HasSuffix(scheme, "+pg8000") { // of all clients it alone takes no folder
		rest = strings.Replace(rest, "?host=", "?unix_sock=", 1) + "/.s.PGSQL.5432"
	}
	return scheme + "://" + rest
}
