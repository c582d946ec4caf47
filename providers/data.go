package providers

import (
	"context"
	"fmt"
	"io"
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

// DatabaseKeeper is implemented by platforms that run databases beside the app.
type DatabaseKeeper interface {
	Platform
	// Databases lists the kinds of those that are there, sorted. Where the platform has a
	// way of its own to open them, a *Usage says which.
	Databases(ctx context.Context, spec Spec) ([]string, error)
	// OpenDatabase runs a database's own client, with the command's words, and returns its
	// exit status.
	OpenDatabase(ctx context.Context, spec Spec, kind string, command Command) (status int, err error)
	// DumpDatabase writes a dump of a database, as it is at one instant.
	DumpDatabase(ctx context.Context, spec Spec, kind string, out io.Writer) error
	// LoadDatabase replaces the data of a database by a dump. A dump that can't be loaded
	// changes nothing.
	LoadDatabase(ctx context.Context, spec Spec, kind string, in io.Reader, report func(line string)) error
}
