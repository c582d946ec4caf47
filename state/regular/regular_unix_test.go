//go:build unix

package regular

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hostile makes a folder whose files are not what their names say.
func hostile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.Close() })
	large, err := os.Create(filepath.Join(dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(err, large.Truncate(1<<40), large.Close(), syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
		os.Symlink("pipe", filepath.Join(dir, "link")), os.Symlink("/dev/zero", filepath.Join(dir, "zero")),
		os.Mkdir(filepath.Join(dir, "folder"), 0o755), os.WriteFile(filepath.Join(dir, "good"), []byte("text"), 0o600),
		os.Symlink("good", filepath.Join(dir, "goodlink")))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHostileFiles(t *testing.T) {
	dir := hostile(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	fsys := NewFS(ctx, dir)
	for name, want := range map[string]string{
		"pipe": "it is a named pipe, not a file", "link": "it is a named pipe, not a file", "zero": "it is a device, not a file",
		"socket": "it is a socket, not a file", "folder": "it is a folder, not a file", "large": "it is larger than 1 MB",
	} {
		_, err := Read(ctx, filepath.Join(dir, name), Small)
		var refusal *Refusal
		if !errors.As(err, &refusal) || refusal.What != want || refusal.Next == "" || !strings.Contains(err.Error(), filepath.Join(dir, name)) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		if err := Check(ctx, filepath.Join(dir, name), Small); !errors.As(err, &refusal) || refusal.What != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		_, err = fs.ReadFile(fsys, name)
		if !errors.As(err, &refusal) || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got %v", name, err)
		}
		if opened, err := fsys.Open(name); err == nil && name != "folder" && name != "large" {
			t.Errorf("%s opens", name)
			opened.Close()
		}
	}
	for _, name := range []string{"good", "goodlink"} {
		if text, err := Read(ctx, filepath.Join(dir, name), 4); err != nil || string(text) != "text" {
			t.Errorf("%s: got %q, %v", name, text, err)
		}
	}
	if _, err := Read(ctx, filepath.Join(dir, "good"), 3); err == nil {
		t.Error("more than the limit was read")
	}
	if _, err := Read(ctx, filepath.Join(dir, "none"), Small); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	// A file of /proc has no size.
	if _, err := Read(ctx, "/proc/self/maps", 10); err == nil {
		t.Error("more than the limit was read")
	}
}
