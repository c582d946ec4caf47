package release

import (
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"slipway/steps/app"
)

// What slipway allocates while it packs an app doesn't grow with the app, and nothing stays.
func TestPackMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	small, large := packOf(t, 1<<20), packOf(t, 32<<20)
	if large > small+(4<<20) {
		t.Errorf("packing 32 MB allocates %d kB, 1 MB %d kB", large>>10, small>>10)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("left in the folder for temporary files: %v, %v", left, err)
	}
}

// packOf returns the bytes that were allocated to pack an app of the given size.
func packOf(t *testing.T, size int64) uint64 {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "data.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(f, rand.NewChaCha8([32]byte{}), size); err != nil {
		t.Fatal(err)
	}
	f.Close()
	bundle, err := app.Collect(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	packed, length, err := pack(bundle, nil)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.remove()
	if _, err := io.Copy(sha256.New(), io.NewSectionReader(packed, 0, length)); err != nil || length < size {
		t.Fatalf("%d bytes packed of %d: %v", length, size, err)
	}
	return after.TotalAlloc - before.TotalAlloc
}
