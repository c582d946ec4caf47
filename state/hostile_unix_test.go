//go:build unix

package state

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestHostileFiles has a named pipe in place of a record: nobody waits for it.
func TestHostileFiles(t *testing.T) {
	home := Home{Dir: t.TempDir()}
	dir := home.Folder("shop")
	if err := errors.Join(os.Mkdir(dir, 0o700), syscall.Mkfifo(filepath.Join(dir, fileName), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := home.Read("shop"); err == nil || !strings.Contains(err.Error(), fileName+": it is a named pipe, not a file") {
		t.Errorf("got %v", err)
	}
	if _, err := home.Open("shop", noon); err == nil {
		t.Error("a run began without a record")
	}
}
