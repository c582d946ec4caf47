package regular

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

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
