package providers

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// Datum is something that an app keeps and that nobody can make again: a database, a
// volume with something in it.
type Datum struct {
	// What names it: "the database postgres".
	What string
	// Detail says how much it is, in a few words; may be empty.
	Detail string
	// Bytes is what it takes on disk; 0 if that is not known.
	Bytes int64
}

// String is the datum in one line.
func (d Datum) String() string {
	line := d.What
	if d.Detail != "" {
		line += ": " + d.Detail
	}
	if d.Bytes > 0 {
		line += ", " + amount(d.Bytes)
	}
	return line
}

// amount is a number of bytes for people.
func amount(bytes int64) string {
	const k = 1000
	switch {
	case bytes < k:
		return fmt.Sprintf("%d B", bytes)
	case bytes < k*k:
		return fmt.Sprintf("%d kB", bytes/k)
	case bytes < k*k*k:
		return fmt.Sprintf("%d MB", bytes/k/k)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/k/k/k)
}

// DataTeller is implemented by platforms that keep data of an app.
type DataTeller interface {
	Platform
	// Data lists what is kept with spec's tag and that Destroy would remove with the rest.
	// What holds nothing is left out; what can't be looked into is listed.
	Data(ctx context.Context, spec Spec) ([]Datum, error)
}

// DatabaseLister is implemented by platforms that run databases beside the app.
type DatabaseLister interface {
	Platform
	// Databases lists the kinds of those that are there, sorted. Where the platform has a
	// way of its own to open them, a *Usage says which.
	Databases(ctx context.Context, spec Spec) ([]string, error)
}

// DatabaseKeeper is implemented by platforms whose databases are opened here.
type DatabaseKeeper interface {
	DatabaseLister
	// OpenDatabase runs a database's own client, with the command's words, and returns its
	// exit status.
	OpenDatabase(ctx context.Context, spec Spec, kind string, command Command) (status int, err error)
	// DumpDatabase writes a dump of a database, as it is at one instant.
	DumpDatabase(ctx context.Context, spec Spec, kind string, out io.Writer) error
	// LoadDatabase replaces the data of a database by a dump. A dump that can't be loaded
	// changes nothing.
	LoadDatabase(ctx context.Context, spec Spec, kind string, in io.Reader, report func(line string)) error
}

// DatabaseAdmitter is implemented by platforms whose databases are servers that let in only
// those that are named. So they can be reached from elsewhere for as long as data is copied.
type DatabaseAdmitter interface {
	Platform
	// DatabaseServers lists the databases beside the app that can be connected to, sorted by
	// kind; none if there are none.
	DatabaseServers(ctx context.Context, spec Spec) ([]DatabaseServer, error)
	// Admit lets an IP address connect to the database of a kind, or no longer if on is
	// false. It changes nothing for the app itself. What was so already is no error.
	Admit(ctx context.Context, spec Spec, kind, address string, on bool) error
}

// DatabaseServer is where a database of a platform answers, and what opens it. Printed, it
// shows no password.
type DatabaseServer struct {
	// Kind is the kind of service: "postgres", "mariadb", "redis".
	Kind string
	// Engine is what it really runs, as people read it: "PostgreSQL", "MySQL", "Valkey".
	Engine string
	// Host and Port are where it answers, over TLS only.
	Host string
	Port int
	// User and Password log in as the app does. The user owns the database.
	User, Password string
	// Name is the database's; empty if there is but one.
	Name string
	// CA are the certificates, in PEM, that prove who the server is; empty if those that
	// every computer knows do.
	CA string
	// Major is the major version: 17.
	Major int
}

// String leaves the password out.
func (d DatabaseServer) String() string {
	return fmt.Sprintf("%s %d at %s:%d", d.Engine, d.Major, d.Host, d.Port)
}

// GoString leaves the password out.
func (d DatabaseServer) GoString() string { return d.String() }

// LogValue leaves the password out.
func (d DatabaseServer) LogValue() slog.Value { return slog.StringValue(d.String()) }

// MarshalText leaves the password out.
func (d DatabaseServer) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
