package regular

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
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

// TestReadIsGivenUp reads what never answers, as on a network's folder.
func TestReadIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("interrupted")
	never := make(chan struct{})
	defer close(never)
	cancel(stop)
	_, err := within(ctx, "mount/slipway.toml", func() (int, error) { <-never; return 0, nil })
	if !errors.Is(err, stop) || !strings.Contains(err.Error(), "mount/slipway.toml") {
		t.Errorf("got %v", err)
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	opened := &file{opened: reader, ctx: ctx, name: "x"}
	defer opened.Close()
	if _, err := io.Copy(io.Discard, opened); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

func TestFS(t *testing.T) {
	dir := t.TempDir()
	err := errors.Join(os.MkdirAll(filepath.Join(dir, "a/b"), 0o755), os.WriteFile(filepath.Join(dir, "a/b/c"), make([]byte, 70<<10), 0o600),
		os.WriteFile(filepath.Join(dir, "d"), nil, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(NewFS(t.Context(), dir), "a/b/c", "d"); err != nil {
		t.Error(err)
	}
}
