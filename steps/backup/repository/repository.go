// Package repository brings a restic repository that lies on the server to a folder of the
// operator's computer, and back to another server.
//
// A copy can be trusted at every instant: what arrives is compared with its name, which
// is its SHA-256, and stands there under that name once it is whole; a backup's own file
// comes after all that it needs; what the server removed is removed last, and never if
// the server has no backup at all. The package knows nothing of what is in a repository:
// it has no key.
package repository

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slipway/providers"
)

// Server runs shell text as root on the server.
type Server interface {
	// Output returns what a script that only reads printed.
	Output(ctx context.Context, script string) (string, error)
	// Pipe runs a script with these streams.
	Pipe(ctx context.Context, script string, stdin io.Reader, stdout io.Writer) error
}

// config is the file that makes a folder a repository. It alone is not named by its sum.
const config = "config"

// largestConfig is how many bytes it has at most; restic writes 155.
const largestConfig = 4096

// order are the folders of a repository, in the order in which they are fetched: each needs
// only those before it. They are removed from the other way round.
var order = []string{"data", "index", "keys", "snapshots"}

var filePattern = regexp.MustCompile(`^(?:(?:index|keys|snapshots)/[0-9a-f]{64}|data/([0-9a-f]{2})/[0-9a-f]{64})$`)

// isFile tells whether a path within a repository is that of a file named by its sum.
func isFile(name string) bool {
	match := filePattern.FindStringSubmatch(name)
	return match != nil && (match[1] == "" || strings.HasPrefix(path.Base(name), match[1]))
}

// listing is what a repository consists of.
type listing struct {
	config []byte
	// sizes are in bytes, by path.
	sizes map[string]int64
}

// snapshots are the identifiers of the backups, sorted.
func (l listing) snapshots() []string {
	var ids []string
	for name := range l.sizes {
		if id, ok := strings.CutPrefix(name, "snapshots/"); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// rank is the place of a file's folder in order.
func rank(name string) int {
	folder, _, _ := strings.Cut(name, "/")
	return slices.Index(order, folder)
}

// inOrder sorts paths so that each file comes after all that it needs.
func inOrder(names []string) []string {
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	return names
}

// parse reads what listing.sh printed.
func parse(printed string) (listing, error) {
	found := listing{sizes: map[string]int64{}}
	for line := range strings.Lines(printed) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch kind {
		case "busy":
			return listing{}, &providers.Failed{
				Err:  fmt.Errorf("a backup or restore is running on the server, so its backups can't be fetched"),
				Next: "when it has ended: slipway backup fetch",
			}
		case "none":
			return listing{}, errNone
		case config:
			data, err := base64.StdEncoding.DecodeString(rest)
			if err != nil || len(data) == 0 || len(data) > largestConfig {
				return listing{}, damaged(config)
			}
			found.config = data
		case "file":
			size, name, _ := strings.Cut(rest, " ")
			bytes, err := strconv.ParseInt(size, 10, 64)
			if err != nil {
				return listing{}, fmt.Errorf("the server's list of the repository has the line %q", line)
			}
			if isFile(name) { // what restic is just writing has other names
				found.sizes[name] = bytes
			}
		}
	}
	if found.config == nil {
		return listing{}, errNone
	}
	return found, nil
}

// errNone says that there is no repository.
var errNone = &providers.Failed{Err: fmt.Errorf("there is no backup on the server yet"), Next: "slipway backup now makes one"}

// damaged says that a file on the server is not what was written.
func damaged(name string) error {
	return &providers.Failed{
		Err:  fmt.Errorf("the repository on the server is damaged: %s is not what was written", name),
		Next: "the copy on this computer stays as it is; slipway backup drill says what can still be restored from the one on the server",
	}
}
