//go:build unix

package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestUmask has an operator whose umask keeps nobody out, and one whose keeps others out.
func TestUmask(t *testing.T) {
	for _, mask := range []int{0o000, 0o077} {
		dir := t.TempDir()
		old := syscall.Umask(mask)
		t.Cleanup(func() { syscall.Umask(old) })
		d, err := Home{Dir: filepath.Join(dir, "slipway")}.Open("shop", noon)
		if err != nil {
			t.Fatal(err)
		}
		change := func(r *Record) { r.Release = "0123456789ab" }
		if err := errors.Join(d.Update(change), d.Update(change), d.WriteSecret("key", []byte("x"))); err != nil {
			t.Fatal(err)
		}
		err = filepath.WalkDir(filepath.Join(dir, "slipway"), func(at string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := os.Lstat(at)
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("umask %o: %s is %v", mask, at, info.Mode())
			}
			return err
		})
		if err := errors.Join(err, d.Close()); err != nil {
			t.Error(err)
		}
	}
}
