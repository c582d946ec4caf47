package dockertest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSweep: what a process that was killed has left goes; what is used stays.
func TestSweep(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	used, release, err := ownFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	left, end, err := ownFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := end(); err != nil {
		t.Fatal(err)
	}
	sweep()
	now, err := filepath.Glob(filepath.Join(temporary, "*"))
	if err != nil || !slices.Equal(now, []string{used}) {
		t.Errorf("these are there: %v, %v, want only %s of it and %s", now, err, used, left)
	}
	if mode, err := os.Stat(used); err != nil || mode.Mode().Perm() != 0o711 {
		t.Errorf("others can't reach the engine's folder: %v, %v", mode, err)
	}
}
