package remote

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// random are bytes that no other seed gives.
func random(seed byte, length int) []byte {
	data := make([]byte, length)
	rand.NewChaCha8([32]byte{seed}).Read(data) //nolint:errcheck // it never fails
	return data
}

// came checks that the file holds the data, for root alone, and that nothing is beside it.
func came(t *testing.T, path string, data []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came of %d, %v", len(got), len(data), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("something else was left: %v, %v", left, err)
	}
}

func TestUpload(t *testing.T) {
	s := newServer(t)
	c := dialTest(t, s)
	path := filepath.Join(t.TempDir(), "a folder", "it's")
	for _, data := range [][]byte{[]byte("few"), random(1, 3<<20), {}, random(2, 1<<20)} {
		if err := c.Upload(t.Context(), path, data); err != nil {
			t.Fatal(err)
		}
		came(t, path, data)
	}
}

// TestUploadGoesOn cuts the connection in the middle of an upload, over and over: what came
// is not sent again.
func TestUploadGoesOn(t *testing.T) {
	s := newServer(t)
	c := dialTest(t, s)
	path := filepath.Join(t.TempDir(), "file")
	data := random(1, 12<<20)
	before := s.logins.Load()
	again := func() { // a second cut, once the first one is over
		s.cut()
		s.takes.Store(3 << 20)
	}
	s.enough.Store(&again)
	s.takes.Store(5 << 20)
	if err := c.Upload(t.Context(), path, data); err != nil {
		t.Fatal(err)
	}
	came(t, path, data)
	if twice := s.took.Load() - int64(len(data)); twice > 4<<20 {
		t.Errorf("%d bytes were sent twice of %d", twice, len(data))
	}
	if cuts := s.logins.Load() - before; cuts < 2 {
		t.Errorf("%d connections were cut, want two", cuts)
	}
}

// TestUploadOfAnotherRun goes on with what a run left that was ended, and begins anew with
// what was damaged or is of another content.
func TestUploadOfAnotherRun(t *testing.T) {
	s := newServer(t)
	path := filepath.Join(t.TempDir(), "file")
	data, other := random(1, 12<<20), random(2, 12<<20)
	part := func(data []byte) string {
		t.Helper()
		u, err := newUpload(path, bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		return u.part()
	}
	ended := func() {
		t.Helper()
		ctx, end := context.WithCancel(t.Context())
		defer end()
		c := dialTest(t, s)
		defer c.Close()
		stop := make(chan struct{})
		defer close(stop)
		enough := func() {
			end()
			<-stop // what comes after it waits
		}
		s.enough.Store(&enough)
		s.takes.Store(4 << 20)
		if err := c.Upload(ctx, path, data); !errors.Is(err, context.Canceled) {
			t.Fatalf("it was not ended: %v", err)
		}
	}
	whole := func(data []byte) int64 {
		t.Helper()
		c := dialTest(t, s)
		defer c.Close()
		began := s.took.Load()
		if err := c.Upload(t.Context(), path, data); err != nil {
			t.Fatal(err)
		}
		came(t, path, data)
		return s.took.Load() - began
	}
	ended()
	if sent := whole(data); sent > 9<<20 {
		t.Errorf("%d bytes were sent, though 4 MB were there", sent)
	}
	ended()
	if sent := whole(other); sent < int64(len(other)) {
		t.Errorf("%d bytes were sent of another content", sent)
	}
	if err := os.WriteFile(part(data), make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if sent := whole(data); sent < int64(len(data)) {
		t.Errorf("%d bytes were sent where the first were damaged", sent)
	}
}

// TestUploadCutShort runs what receives with fewer bytes than were promised.
func TestUploadCutShort(t *testing.T) {
	c := dialTest(t, newServer(t))
	path := filepath.Join(t.TempDir(), "file")
	if err := c.Upload(t.Context(), path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	u, err := newUpload(path, strings.NewReader("short and more"), 14)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		offset int64
		text   string
		status int
	}{{0, "short", 75}, {5, " and", 75}, {9, " less", 76}} {
		var out, errs strings.Builder
		err := c.Attach(t.Context(), u.receive(test.offset), strings.NewReader(test.text), &out, &errs)
		if exit, ok := errors.AsType[*ExitError](err); !ok || exit.Status != test.status {
			t.Errorf("%q: got %v", test.text, err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
			t.Errorf("%q: the old file is %q, %v", test.text, data, err)
		}
	}
	came(t, path, []byte("old"))
}
