package providers

import "slices"

// The parts of a database's address that a variable of the app may have.
const (
	PartURL      = "url"
	PartHost     = "host" // a folder or socket, where the client library takes one
	PartPort     = "port"
	PartUser     = "user"
	PartPassword = "password"
	PartName     = "name"   // of the database
	PartBroker   = "broker" // the address as Celery's broker takes it
	PartResult   = "result" // the address as Celery's result backend takes it
	PartEngine   = "engine" // Django's name of the backend: "django.db.backends.postgresql"
)

// ServiceName is a variable by which an app reads where a database beside it is.
type ServiceName struct {
	// Variable is its name, Kind the kind of database: "postgres".
	Variable string `json:"variable"`
	Kind     string `json:"kind"`
	// Part is what of the address it has. Scheme is what a URL in it begins with; "" is the
	// kind's own.
	Part   string `json:"part"`
	Scheme string `json:"scheme,omitempty"`
}

// Address is where a database is that an app reaches over a network.
type Address struct {
	// Scheme is what its URL begins with: "postgresql".
	Scheme                           string
	User, Password, Host, Port, Name string
	// Engine is Django's name of the backend; "" if it has none.
	Engine string
}

// URL is the whole address. It begins with scheme or, if that is "", with the address's own.
// What it is made of must need no escapes.
func (a Address) URL(scheme string) string {
	if scheme == "" {
		scheme = a.Scheme
	}
	return scheme + "://" + a.User + ":" + a.Password + "@" + a.Host + ":" + a.Port + "/" + a.Name
}

// Value is what a variable has of the address.
func (a Address) Value(n ServiceName) string {
	switch n.Part {
	case PartHost:
		return a.Host
	case PartPort:
		return a.Port
	case PartUser:
		return a.User
	case PartPassword:
		return a.Password
	case PartName:
		return a.Name
	case PartEngine:
		return a.Engine
	}
	return a.URL(n.Scheme)
}

// standardNames are the variables that every app gets of a database: its URL, and those
// that the kind's own clients read.
func standardNames(kind string) []ServiceName {
	switch kind {
	case "postgres":
		return []ServiceName{
			{"DATABASE_URL", kind, PartURL, ""}, {"PGHOST", kind, PartHost, ""}, {"PGPORT", kind, PartPort, ""},
			{"PGUSER", kind, PartUser, ""}, {"PGPASSWORD", kind, PartPassword, ""}, {"PGDATABASE", kind, PartName, ""},
		}
	case "mariadb":
		return []ServiceName{{"DATABASE_URL", kind, PartURL, ""}, {"MARIADB_URL", kind, PartURL, ""}, {"MYSQL_URL", kind, PartURL, ""}}
	case "redis":
		return []ServiceName{{"REDIS_URL", kind, PartURL, ""}}
	}
	return nil
}

// Connections are the variables, with their values, that lead an app to its databases, of
// which at has the addresses by their kinds. Where two would have the same variable,
// PostgreSQL has it.
func Connections(at map[string]Address, names []ServiceName) map[string]string {
	all := map[string]string{}
	for _, kind := range []string{"redis", "mariadb", "postgres"} { // the last one wins
		address, found := at[kind]
		if !found {
			continue
		}
		for _, n := range slices.Concat(standardNames(kind), names) {
			if n.Kind == kind {
				all[n.Variable] = address.Value(n)
			}
		}
	}
	return all
}
