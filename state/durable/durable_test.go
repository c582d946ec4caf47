package durable

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "record")
	for _, text := range []string{"first", "second, which is longer", "3"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(path, 1<<10); err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if err := WriteFile(filepath.Join(dir, "none", "record"), nil); err == nil {
		t.Error("a file in a folder that is not there was written")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("besides the file there are %v, %v", entries, err)
	}
}

// TestWhole reads a file while it is replaced, by its own name and by another's.
func TestWhole(t *testing.T) {
	dir := t.TempDir()
	path, next := filepath.Join(dir, "record"), filepath.Join(dir, "next")
	text := func(n int) []byte { return bytes.Repeat(fmt.Append(nil, n%10), 10_000+n) }
	if err := WriteFile(path, text(0)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		for {
			got, err := Read(path, 1<<20)
			if err != nil || len(got) < 10_000 || !bytes.Equal(got, bytes.Repeat(got[:1], len(got))) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for n := range 20 {
		if err := WriteFile(path, text(n)); err != nil {
			t.Error(err)
		}
		if err := WriteFile(next, text(n+1)); err != nil {
			t.Error(err)
		}
		if err := Rename(next, path); err != nil {
			t.Error(err)
		}
	}
	close(done)
	reader.Wait()
}
