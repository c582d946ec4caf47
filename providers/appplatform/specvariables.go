package appplatform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// appDomain is what App Platform replaces by the name under which visitors reach the app.
const appDomain = "${APP_DOMAIN}"

// variables are those of all components, sorted: the app's own as secrets; those that
// lead to its databases, of which App Platform fills the values in; and Slipway's.
func (in SpecInput) variables() []*godo.AppVariableDefinition {
	all := map[string]*godo.AppVariableDefinition{}
	add := func(name, value string, kind godo.AppVariableType) {
		all[name] = &godo.AppVariableDefinition{Key: name, Value: value, Scope: godo.AppVariableScope_RunTime, Type: kind}
	}
	if in.App.HostVariable != nil {
		// The check of the app's health comes to localhost.
		hosts := slices.Clone(in.Domains)
		if len(hosts) > 0 && in.Ingress != "" {
			hosts = append(hosts, in.Ingress) // with domains, what follows is the first of them
		}
		hosts = append(hosts, appDomain, "localhost", "127.0.0.1")
		if name, value := in.App.HostVariable(hosts); name != "" {
			add(name, value, godo.AppVariableType_General)
		}
	}
	// Visitors come through App Platform's own balancer, which says how they came.
	add("FORWARDED_ALLOW_IPS", "*", godo.AppVariableType_General)
	for name, value := range connections(in.Services, in.App.ServiceNames) {
		add(name, value, godo.AppVariableType_General)
	}
	for name, value := range in.Variables {
		add(name, value, godo.AppVariableType_Secret)
	}
	// The image's command serves at this port whatever the app's own variables say.
	add("PORT", fmt.Sprint(webPort), godo.AppVariableType_General)
	first := ""
	if in.initializes() {
		first = "true"
	}
	for name, value := range map[string]string{
		TagVariable: in.Tag, ReleaseVariable: in.Release, digestsVariable: shownDigests(in.Digests), firstVariable: first,
	} {
		delete(all, name)
		if value != "" {
			add(name, value, godo.AppVariableType_General)
		}
	}
	var sorted []*godo.AppVariableDefinition
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sorted = append(sorted, all[name])
	}
	return sorted
}

func shownDigests(digests map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		words = append(words, name+"="+digests[name])
	}
	return strings.Join(words, ",")
}

// DatabaseBinding is a managed database beside the app, as the app's spec names it.
type DatabaseBinding struct {
	// Kind is as in providers.App: "postgres", "mariadb", "redis". It is the name of the
	// component too.
	Kind string
	// Engine and Version are App Platform's names: PG, "17".
	Engine  godo.AppDatabaseSpecEngine
	Version string
	// Cluster is the name of the database cluster. Database and User are the app's in it.
	Cluster, Database, User string
}

func (b DatabaseBinding) spec() *godo.AppDatabaseSpec {
	return &godo.AppDatabaseSpec{
		Name: b.Kind, Engine: b.Engine, Version: b.Version, Production: true,
		ClusterName: b.Cluster, DBName: b.Database, DBUser: b.User,
	}
}

// part is what App Platform replaces by a part of the database's address.
func (b DatabaseBinding) part(name string) string { return "${" + b.Kind + "." + name + "}" }

// address is made of what App Platform replaces.
func (b DatabaseBinding) address() providers.Address {
	a := providers.Address{
		User: b.part("USERNAME"), Password: b.part("PASSWORD"), Host: b.part("HOSTNAME"), Port: b.part("PORT"), Name: b.part("DATABASE"),
	}
	switch b.Kind {
	case "postgres":
		a.Scheme, a.Engine = "postgresql", "django.db.backends.postgresql"
	case "mariadb":
		a.Scheme, a.Engine = "mysql", "django.db.backends.mysql"
	case "redis":
		a.Scheme, a.Name = "rediss", "0"
	}
	return a
}

// App Platform gives the certificate that proves who a database is in a variable, and client
// libraries take it from a file: PostgreSQL's from one of its own, with which sslmode=require
// checks it; those of Redis from the one that has all authorities that Python trusts.
const (
	postgresCA, postgresFile = "SLIPWAY_POSTGRES_CA", "/tmp/slipway-postgres-ca.crt"
	redisCA, trustFile       = "SLIPWAY_REDIS_CA", "/tmp/slipway-trusted.crt"
	systemTrust              = "/etc/ssl/certs/ca-certificates.crt"
)

// certified is a line for sh that has the certificates of the databases in files.
func (in SpecInput) certified(line string) string {
	keep := func(variable, file string) string {
		return `case $` + variable + ` in *BEGIN*) printf "%s\n" "$` + variable + `" >>` + file + `;; esac` + "\n"
	}
	var before strings.Builder
	for _, b := range in.Services {
		switch b.Kind {
		case "postgres":
			before.WriteString("rm -f " + postgresFile + "\n" + keep(postgresCA, postgresFile))
		case "redis":
			before.WriteString("cat " + systemTrust + " >" + trustFile + "\n" + keep(redisCA, trustFile))
		}
	}
	return before.String() + line
}

// connections are the variables that lead an app to its databases.
func connections(services []DatabaseBinding, names []providers.ServiceName) map[string]string {
	at := map[string]providers.Address{}
	for _, b := range services {
		at[b.Kind] = b.address()
	}
	all := providers.Connections(at, names)
	for _, b := range services {
		plain := at[b.Kind].URL("")
		encrypted := b.part("DATABASE_URL") // with what the connection's encryption takes
		if b.Kind == "redis" {
			encrypted = plain + "?ssl_cert_reqs=required" // Celery refuses an address without it
		}
		for name, value := range all {
			if value == plain {
				all[name] = encrypted
			}
		}
		switch b.Kind {
		case "postgres":
			all["PGSSLMODE"], all["PGSSLROOTCERT"], all[postgresCA] = "require", postgresFile, b.part("CA_CERT")
		case "redis":
			all["SSL_CERT_FILE"], all[redisCA] = trustFile, b.part("CA_CERT")
		}
	}
	return all
}
