package repository

import (
	"archive/tar"
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/shell"
)

//go:embed listing.sh
var listingText string

//go:embed fetch.sh
var fetchText string

// tries is how often a fetch looks at the server again, because the connection dropped or
// old backups were removed while it fetched.
const tries = 5

// lockPatience is for how many seconds a fetch waits for a backup to end.
var lockPatience = "60"

// Place is where a repository lies on the server, and the lock of whatever changes it.
type Place struct {
	Folder, Lock string
	// Owner is the tag of the deployment.
	Owner string
}

// Fetched is what a fetch brought.
type Fetched struct {
	Copied
	// Files and Bytes are what was missing here.
	Files int
	Bytes int64
	// Removed is how many files went because the server has them no more.
	Removed int
	// Kept is true if files stay that the server has no more, since it has no backup at all.
	Kept bool
}

// Fetch makes a folder of this computer a copy of the repository on a server. A fetch that
// is interrupted goes on where it was.
func Fetch(ctx context.Context, server Server, place Place, dir string, report func(line string)) (Fetched, error) {
	var all Fetched
	unlock, err := folder(dir).lock()
	if err != nil {
		return all, err
	}
	defer unlock()
	for try := 1; ; try++ {
		got, err := fetch(ctx, server, place, dir, report)
		all.Files, all.Bytes = all.Files+got.Files, all.Bytes+got.Bytes
		all.Copied, all.Removed, all.Kept = got.Copied, got.Removed, got.Kept
		if err == nil || ctx.Err() != nil || explained(err) || try == tries {
			return all, err
		}
		report("fetching the backups goes on: " + err.Error())
	}
}

// explained tells whether an error says already what to do next: another try would end as
// this one did.
func explained(err error) bool {
	var failed *providers.Failed
	var refused *providers.Refused
	var usage *providers.Usage
	return errors.As(err, &failed) || errors.As(err, &refused) || errors.As(err, &usage)
}

func fetch(ctx context.Context, server Server, place Place, dir string, report func(line string)) (Fetched, error) {
	began := time.Now().UTC().Truncate(time.Second)
	there, err := list(ctx, server, place)
	if err != nil {
		return Fetched{}, err
	}
	c := folder(dir)
	if err := c.adopt(there.config); err != nil {
		return Fetched{}, err
	}
	here, err := c.list()
	if err != nil {
		return Fetched{}, err
	}
	var missing, gone []string
	var bytes int64
	for name, size := range there.sizes {
		if has, ok := here.sizes[name]; !ok || has != size {
			missing, bytes = append(missing, name), bytes+size
		}
	}
	for name := range here.sizes {
		if _, ok := there.sizes[name]; !ok {
			gone = append(gone, name)
		}
	}
	if len(missing) > 0 {
		report(fmt.Sprintf("fetching %d files of the backups, %s", len(missing), megabytes(bytes)))
	}
	got := Fetched{}
	if err := c.bring(ctx, server, place, inOrder(missing), there, &got); err != nil {
		return got, err
	}
	got.Snapshots = there.snapshots()
	got.Owners = Last(dir).Owners
	if !slices.Contains(got.Owners, place.Owner) {
		got.Owners = append(got.Owners, place.Owner)
	}
	if len(got.Owners) > 1 { // what one server does not have may be another's
		here, err = c.list()
		if got.Time, got.Snapshots = began, here.snapshots(); err != nil {
			return got, err
		}
		return got, c.note(got.Copied)
	}
	if got.Kept = len(gone) > 0 && len(got.Snapshots) == 0; got.Kept {
		got.Snapshots = here.snapshots()
		return got, nil
	}
	got.Time, got.Removed = began, len(gone)
	if err := c.remove(inOrder(gone)); err != nil {
		return got, err
	}
	return got, c.note(got.Copied)
}

// megabytes is an amount as people read it.
func megabytes(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%d kB", (bytes+999)/1000)
	}
	return fmt.Sprintf("%d MB", bytes/1e6)
}

func list(ctx context.Context, server Server, place Place) (listing, error) {
	printed, err := server.Output(ctx, shell.Script(listingText, shell.Values{"folder": place.Folder, "lock": place.Lock, "patience": lockPatience}))
	if err != nil {
		return listing{}, fmt.Errorf("list the backups on the server: %w", err)
	}
	return parse(printed)
}

// bring fetches files in the order in which they are named.
func (f folder) bring(ctx context.Context, server Server, place Place, names []string, there listing, got *Fetched) error {
	if len(names) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := server.Pipe(ctx, shell.Script(fetchText, shell.Values{"folder": place.Folder}), strings.NewReader(strings.Join(names, "\x00")), writer)
		writer.CloseWithError(err) // nil is the end of the archive
	}()
	err := f.unpack(reader, names, there, got)
	if err == nil {
		_, err = io.Copy(io.Discard, reader) // what ends the archive
	}
	cancel() // after an error nobody reads what the server still sends
	reader.Close()
	<-ended
	if err != nil {
		return fmt.Errorf("fetch the backups: %w", err)
	}
	return nil
}

// unpack keeps the files of an archive, which are those that were asked for.
func (f folder) unpack(reader io.Reader, names []string, there listing, got *Fetched) error {
	archive := tar.NewReader(reader)
	for _, name := range names {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s did not arrive", name)
		}
		if err != nil {
			return err
		}
		if header.Name != name || header.Typeflag != tar.TypeReg || header.Size != there.sizes[name] {
			return fmt.Errorf("%s arrived where %s was expected, or it changed meanwhile", header.Name, name)
		}
		if err := f.keep(name, archive); err != nil {
			return err
		}
		got.Files, got.Bytes = got.Files+1, got.Bytes+header.Size
	}
	return nil
}
