//go:build unix

package local

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// withUmask runs the rest of a test as if the operator had set a umask.
func withUmask(t *testing.T, mask int) {
	t.Helper()
	old := unix.Umask(mask)
	t.Cleanup(func() { unix.Umask(old) })
}

// TestUmask makes what others than its maker use in a machine. Of a machine whose root
// folder only root can enter, nobody but root could use anything.
func TestUmask(t *testing.T) {
	for _, mask := range []int{0o077, 0o027, 0o000} {
		root := t.TempDir()
		withUmask(t, mask)
		machine, deep := filepath.Join(root, "machine"), filepath.Join(root, "tree", "etc", "x.d")
		err := errors.Join(makeFolder(machine, 0o755), makeFolder(filepath.Join(root, "own"), 0o700), makeFolder(filepath.Join(root, "tree"), 0o755), makeFolders(filepath.Join(root, "tree"), deep, 0o755))
		if err != nil {
			t.Fatal(err)
		}
		for dir, want := range map[string]fs.FileMode{machine: 0o755, filepath.Join(root, "own"): 0o700, filepath.Dir(deep): 0o755, deep: 0o755} {
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != want {
				t.Errorf("umask %o: %s: %v, %v", mask, dir, info.Mode(), err)
			}
		}
		for name, argv := range map[string][]string{
			"build": usualModes([]string{"sh", "-c", "umask"}), "background": detached(nil, []string{"sh", "-c", "umask"}), "guest": supervised(nil, nil, []string{"sh", "-c", "umask"}),
		} {
			if out, err := exec.Command(argv[0], argv[1:]...).Output(); err != nil || strings.TrimSpace(string(out)) != "0022" {
				t.Errorf("umask %o: the %s has %s, %v", mask, name, out, err)
			}
		}
	}
}
