package local

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestMachineID(t *testing.T) {
	for tag, same := range map[string]bool{
		"slipway-hello-3f9a1c0b7d2e":   true,
		"../../etc":                    false,
		"a/b":                          false,
		"-rf":                          false,
		"Hello":                        false,
		"a\nb":                         false,
		"":                             false,
		"s" + strings.Repeat("x", 200): false,
	} {
		id := machineID(tag)
		if (id == tag) != same || !shortTag.MatchString(id) {
			t.Errorf("tag %q: id %q", tag, id)
		}
		if socket := layoutFor("/x", tag).socket(); len(socket) >= 108 {
			t.Errorf("tag %q: the socket's path has %d bytes", tag, len(socket))
		}
	}
	if machineID("a/b") == machineID("a_b") {
		t.Error("two tags share an id")
	}
}

// TestMakeFolder has other processes' last machines end meanwhile, twenty of them for
// each folder: an attempt fails only if one of them ended during it.
func TestMakeFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "slipway")
	ctx, stop := context.WithCancel(t.Context())
	var ends atomic.Int32
	var remover sync.WaitGroup
	remover.Go(func() {
		for ctx.Err() == nil {
			if ends.Load() > 0 && os.Remove(root) == nil {
				ends.Add(-1)
			}
		}
	})
	defer remover.Wait()
	defer stop()
	for i := range 500 {
		ends.Store(20)
		dir := filepath.Join(root, strconv.Itoa(i))
		if err := makeFolder(filepath.Join(dir, "root"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
}
