//go:build unix

package ssh

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers"
)

// pipe puts a named pipe, which nobody writes to, in place of one of the operator's files.
func (o *operator) pipe(t *testing.T, name string) string {
	t.Helper()
	at := filepath.Join(o.home, ".ssh", name)
	os.Remove(at)
	if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o700), syscall.Mkfifo(at, 0o600)); err != nil {
		t.Fatal(err)
	}
	return at
}

// TestHostileFiles has named pipes and endless files where the operator's own should be.
func TestHostileFiles(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	o := newOperator(t)
	o.options.Host = "me@127.0.0.1"
	o.pipe(t, "config")
	if p := o.mustOpen(); len(p.at.notes) != 1 || !strings.Contains(p.at.notes[0], "it is a named pipe, not a file") {
		t.Errorf("got %q", p.at.notes)
	}
	os.Remove(filepath.Join(o.home, ".ssh", "config"))
	o.write("config", "Host *\n\tInclude conf.d/*\n")
	o.pipe(t, "conf.d/work")
	if p := o.mustOpen(); len(p.at.notes) != 1 || !strings.Contains(p.at.notes[0], "it is a named pipe, not a file") {
		t.Errorf("got %q", p.at.notes)
	}
	o.write("config", "Include /dev/zero\n")
	if p := o.mustOpen(); len(p.at.notes) != 1 || !strings.Contains(p.at.notes[0], "it is a device, not a file") {
		t.Errorf("got %q", p.at.notes)
	}
	o.write("config", "")
	p := o.mustOpen()
	var usage *providers.Usage
	if _, err := p.fromFile(ctx, o.pipe(t, "id_rsa"), nil, false); !errors.As(err, &usage) || !strings.Contains(err.Error(), "it is a named pipe, not a file") {
		t.Errorf("got %v", err)
	}
	o.pipe(t, "known_hosts")
	if _, err := p.knownHosts(ctx); !errors.As(err, &usage) || !strings.Contains(err.Error(), "known_hosts can't be read: it is a named pipe") {
		t.Errorf("got %v", err)
	}
}
