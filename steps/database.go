package steps

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/backup"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/service"
	"slipway/steps/shell"
)

//go:embed databaseupload.sh
var databaseUploadText string

// errNotWhole says that the server does not have the dump as it is here.
var errNotWhole = errors.New("the dump did not come to the server whole")

// chooseDatabase is the kind that is wanted of those that a deployment has; empty is the
// only one. Anything else is a *providers.Usage.
func chooseDatabase(name string, kinds []string, wanted string) (string, error) {
	switch {
	case len(kinds) == 0:
		return "", plan.Usagef("deploy with --service postgres, mariadb or redis", "%s has no database beside it", name)
	case wanted == "" && len(kinds) == 1:
		return kinds[0], nil
	case wanted == "":
		return "", plan.Usagef("give --service "+strings.Join(kinds, " or --service "), "%s has %d databases", name, len(kinds))
	case !slices.Contains(kinds, wanted):
		return "", plan.Usagef("give --service "+strings.Join(kinds, " or --service "), "%s has no %s beside it", name, shell.Quote(wanted))
	}
	return wanted, nil
}

// Database is the database of a kind beside the app; of no kind, the only one. It is a
// *providers.Usage if there is none, or several.
func (s *Session) Database(kind string) (service.Instance, error) {
	kind, err := chooseDatabase(s.plan.Name, s.plan.Services(), kind)
	if err != nil {
		return service.Instance{}, err
	}
	all := service.Instances(s.plan)
	return all[slices.IndexFunc(all, func(i service.Instance) bool { return i.Kind == kind })], nil
}

// DumpDatabase writes a dump of a database to out, as it is at one instant. After an error,
// what was written is no whole dump.
func (s *Session) DumpDatabase(ctx context.Context, kind string, out io.Writer, report func(line string)) error {
	var reader backup.Reader
	said := &lines{line: reader.Passing(report)}
	counted := &counting{w: out}
	err := s.Client.Attach(ctx, "sudo -n -- "+backup.Call("dump", kind), nil, counted, said)
	said.end()
	if err = reader.Failure(err); err == nil && counted.n == 0 {
		err = errors.New("the server printed nothing")
	}
	if err != nil {
		return fmt.Errorf("dump %s of %s, what was printed is no whole dump: %w", kind, s.plan.Name, err)
	}
	return nil
}

// LoadDatabase replaces the data of a database by a dump, which is sent to the server first
// and compared there. What was there before is set aside: the server reports how to put it
// back. A dump that can't be loaded changes nothing.
func (s *Session) LoadDatabase(ctx context.Context, kind string, in io.Reader, report func(line string)) error {
	id := make([]byte, 8)
	rand.Read(id) // never fails, as its documentation says
	path := "/var/lib/slipway/db-load-" + hex.EncodeToString(id)
	if err := s.upload(ctx, path, in); err != nil {
		err = fmt.Errorf("load %s of %s, whose data is as it was: %w", kind, s.plan.Name, err)
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if _, removeErr := s.Client.Output(clean, shell.Command("rm", "-f", path)); removeErr != nil {
			err = errors.Join(err, fmt.Errorf("the server may still have %s: %w", path, removeErr))
		}
		return err
	}
	var reader backup.Reader
	script := shell.Lines("status=0", backup.Call("load", kind, path)+" || status=$?", shell.Command("rm", "-f", path), `exit "$status"`)
	_, err := s.Client.Run(ctx, remote.Job{Name: "db-load", Script: script, Look: shell.Section("load", ":")}, reader.Passing(report))
	if err = reader.Failure(err); err != nil {
		return fmt.Errorf("load %s of %s: %w", kind, s.plan.Name, err)
	}
	var replaced backup.Replaced
	return reader.Answer(&replaced)
}

// upload has the server keep what is read in a file, and fails unless it has all of it.
func (s *Session) upload(ctx context.Context, path string, in io.Reader) error {
	sum := sha256.New()
	sent := &counting{w: sum}
	var printed, complaint bytes.Buffer
	script := shell.Script(databaseUploadText, shell.Values{"path": path})
	err := s.Client.Attach(ctx, shell.Command("sudo", "-n", "--", "/bin/sh", "-ec", script), io.TeeReader(in, sent), &printed, &complaint)
	if err != nil {
		if said := strings.TrimSpace(complaint.String()); said != "" {
			return fmt.Errorf("%w: %s", errNotWhole, said)
		}
		return fmt.Errorf("%w: %w", errNotWhole, err)
	}
	if sent.n == 0 {
		return &providers.Failed{Err: errors.New("the dump is empty"), Next: "slipway db load " + s.plan.Name + " < FILE"}
	}
	kept := strings.Fields(printed.String())
	switch {
	case len(kept) < 2:
		return errNotWhole
	case kept[1] == hex.EncodeToString(sum.Sum(nil)) && kept[0] == fmt.Sprint(sent.n):
		return nil
	}
	return &providers.Failed{Err: fmt.Errorf("%w: it has %s of %d bytes or more; it may not fit the disk", errNotWhole, kept[0], sent.n),
		Next: "slipway status " + s.plan.Name + " shows how much of the disk is free"}
}

// counting counts what is written.
type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// longestLine is how many bytes of a line that a server prints are kept.
const longestLine = 128 << 10

// lines passes on what is written to it, line by line.
type lines struct {
	line func(string)
	rest []byte
}

func (l *lines) Write(b []byte) (int, error) {
	for _, c := range b {
		switch {
		case c == '\n':
			l.end()
		case len(l.rest) < longestLine:
			l.rest = append(l.rest, c)
		}
	}
	return len(b), nil
}

// end passes on what came behind the last end of a line.
func (l *lines) end() {
	if len(l.rest) > 0 {
		l.line(string(l.rest))
	}
	l.rest = l.rest[:0]
}
