package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPutThenLook writes a file by script and recognises it by look.
func TestPutThenLook(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("files are given to root, which only root can do")
	}
	path := filepath.Join(t.TempDir(), "a folder", "it's a file")
	f := File{Path: path, Mode: "640", Content: "line 'one'\n%s $x\n\nno end"}
	look := LookFiles(path, path+"-none")
	if f.Same(sh(t, look)) {
		t.Error("a file that is not there is the same")
	}
	sh(t, f.Put())
	sh(t, f.Put())
	looked := sh(t, look)
	if !f.Same(looked) {
		t.Errorf("the file that was put is not the same: %s", looked)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != f.Content {
		t.Errorf("%q, %v", data, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("something else was left: %v, %v", left, err)
	}
	for _, other := range []File{
		{Path: path, Mode: "644", Content: f.Content}, {Path: path, Mode: "640", Content: "x"},
		{Path: path, Mode: "640", Owner: "root:adm", Content: f.Content},
	} {
		if other.Same(looked) {
			t.Errorf("%+v is the same", other)
		}
	}
}

// TestPutIf has a program refuse new content, and then take it.
func TestPutIf(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("files are given to root, which only root can do")
	}
	path := filepath.Join(t.TempDir(), "it's a file")
	want := func(content string) {
		t.Helper()
		if data, err := os.ReadFile(path); err != nil || string(data) != content {
			t.Errorf("the file has %q, %v, want %q", data, err, content)
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
			t.Errorf("something else was left: %v, %v", left, err)
		}
	}
	put := func(content string) string {
		return File{Path: path, Mode: "600", Content: content}.PutIf("grep", "-q", "^good ")
	}
	sh(t, put("good one"))
	want("good one")
	if out, err := exec.Command("sh", "-euc", Lines(put("bad one"), "echo reached")).CombinedOutput(); err == nil || len(out) > 0 {
		t.Errorf("after refused content the script went on: %v %s", err, out)
	}
	want("good one")
	sh(t, put("good two"))
	want("good two")
}

// TestKeepThenPutBack keeps what was there first, whatever is written later.
func TestKeepThenPutBack(t *testing.T) {
	dir := t.TempDir()
	kept, path, link, own := filepath.Join(dir, "kept"), filepath.Join(dir, "a\nfile"), filepath.Join(dir, "link"), filepath.Join(dir, "own")
	keep := keepIn(kept, path)
	sh(t, Lines(Command("printf", "first")+" >"+Quote(path), keep, Command("printf", "second")+" >"+Quote(path), keep))
	sh(t, Lines(
		Command("ln", "-s", "/srv/target", link), keepIn(kept, link), Command("rm", link),
		Command("echo", "# "+OwnLine+".")+" >"+Quote(own), keepIn(kept, own), keepIn(kept, filepath.Join(dir, "none"))))
	printed := sh(t, putBackFrom(kept))
	for _, want := range []string{"put back " + path + "\n", "put back " + link + "\n"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in %q", want, printed)
		}
	}
	if strings.Count(printed, "put back ") != 2 {
		t.Errorf("more was put back: %q", printed)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "first" {
		t.Errorf("the file has %q, %v", data, err)
	}
	if target, err := os.Readlink(link); err != nil || target != "/srv/target" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if got := sh(t, putBackFrom(filepath.Join(dir, "none"))); got != "" {
		t.Errorf("of nothing it put back %q", got)
	}
}
