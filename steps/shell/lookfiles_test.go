package shell

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLookFilesTellsLinks(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink("/srv/target", link); err != nil {
		t.Fatal(err)
	}
	if got, want := sh(t, LookFiles(link)), "link /srv/target "+link+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWas tells what is there instead of a file, as LookFiles shows it.
func TestWas(t *testing.T) {
	dir := t.TempDir()
	f := File{Path: filepath.Join(dir, "a file"), Mode: "600", Content: "right\n"}
	f.Owner = strings.TrimSpace(sh(t, Command("stat", "-c", "%U:%G", dir)))
	path := Quote(f.Path)
	for _, c := range []struct{ change, want string }{
		{":", "not there"},
		{"echo wrong >" + path + "; chmod 600 " + path, "other content"},
		{"chmod 640 " + path, "mode 640, of " + f.Owner},
		{"ln -sf /dev/null " + path, "a link to /dev/null"},
	} {
		sh(t, c.change)
		looked := sh(t, LookFiles(dir, f.Path))
		if got := f.Was(looked); got != c.want || f.Same(looked) {
			t.Errorf("after %s it was %q, want %q", c.change, got, c.want)
		}
	}
}
