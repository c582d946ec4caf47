package service

import (
	"strings"

	"slipway/steps/app"
)

// onSocket is the argument of an address that names the socket beside a host.
var onSocket = map[string]string{app.Postgres: "host", app.MariaDB: "unix_socket"}

// engines are Django's names of the backends.
var engines = map[string]string{app.Postgres: "django.db.backends.postgresql", app.MariaDB: "django.db.backends.mysql"}

// named is the value of a variable by which the source reads a part of an address. Where it
// can take no socket's path as a host, the host is localhost, and an argument behind the
// database's name has the socket.
func named(n app.ServiceName, role string) string {
	argument := "?" + onSocket[n.Kind] + "=" + socket(n.Kind)
	switch {
	case n.Part == app.PartEngine:
		return engines[n.Kind]
	case onSocket[n.Kind] == "":
	case n.InAddress && n.Part == app.PartHost, n.NeedsHost && n.Part == app.PartHost && n.Kind == app.MariaDB:
		return "localhost"
	case n.InAddress && n.Part == app.PartName:
		return role + argument
	case n.NeedsHost && n.Part == app.PartURL && n.Kind == app.Postgres:
		return strings.Replace(address(n.Kind, n.Part, n.Scheme, role), "@/", "@localhost/", 1)
	}
	return address(n.Kind, n.Part, n.Scheme, role)
}
