package e2e

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// KeepsToItself looks for a secret in every file that slipway keeps.
func (o *Operator) KeepsToItself(secret string) {
	o.T.Helper()
	files := 0
	err := filepath.WalkDir(o.State().Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) {
			o.T.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil || files == 0 {
		o.T.Errorf("looked at %d files: %v", files, err)
	}
}

// WatchArguments looks at every process's arguments, again and again, until the
// function that it returns is called or the test ends. It fails if no argument
// of slipway's was ever seen.
func WatchArguments(t testing.TB, secret string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done, seen, slipway := make(chan struct{}), 0, Slipway(t)
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			all, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is right
			for _, path := range all {
				line, err := os.ReadFile(path)
				if err != nil {
					continue // it ended meanwhile
				}
				if bytes.HasPrefix(line, []byte(slipway+"\x00")) {
					seen++
				}
				if bytes.Contains(line, []byte(secret)) {
					t.Errorf("a process has the secret among its arguments: %q", line)
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(func() {
		stop()
		if seen == 0 {
			t.Error("slipway's own arguments were never seen")
		}
	})
	return stop
}
