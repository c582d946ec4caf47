package app

import "slipway/providers"

// Offer is a kind of database that the app seems to use: nothing makes it unless a person
// says so.
type Offer struct {
	// Kind is [Postgres], [MariaDB] or [Redis].
	Kind string
	// Why is what points to it, and where: "psycopg (requirements.txt line 3)".
	Why string
}

// The parts of a database's address that a variable may have.
const (
	PartURL      = providers.PartURL
	PartHost     = providers.PartHost
	PartPort     = providers.PartPort
	PartUser     = providers.PartUser
	PartPassword = providers.PartPassword
	PartName     = providers.PartName
	PartBroker   = providers.PartBroker
	PartResult   = providers.PartResult
	PartEngine   = providers.PartEngine
)

// ServiceName is a variable by which the app's source reads where a database is.
type ServiceName struct {
	// Variable is its name: "SQLALCHEMY_DATABASE_URI", "DB_HOST".
	Variable string
	// Kind is the kind of database, Part what of its address it reads.
	Kind, Part string
	// Scheme is what the address must begin with, where the client library takes no other
	// than "postgresql+asyncpg"; "" is the kind's own.
	Scheme string
	// NeedsHost is set if what reads it takes no socket's path: a pydantic PostgresDsn, a
	// client of MariaDB that is not Django's.
	NeedsHost bool `json:",omitempty"`
	// InAddress is set if the source puts the host or the name into an address.
	InAddress bool `json:",omitempty"`
	// Source is where it is read, for people: "config.py line 5".
	Source string
}
