package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func sh(t *testing.T, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-eu")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	return string(out)
}

// TestQuote has a real shell print every kind of word back.
func TestQuote(t *testing.T) {
	for _, word := range []string{"", "plain", "two words", "it's", `"`, "$HOME `id` \\", "a\nb\n", "\t\x01\xff", "~", "-n", "*", "!", "é☃", "%s"} {
		if got := sh(t, Command("printf", "%s.", word)); got != word+"." {
			t.Errorf("%q came back as %q", word, got)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("it's\n$x")
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) {
			t.Skip("no shell can carry it")
		}
		if got := sh(t, Command("printf", "%s.", word)); got != word+"." {
			t.Errorf("%q came back as %q", word, got)
		}
	})
}

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

func TestSections(t *testing.T) {
	got := Sections(sh(t, Lines(
		Section("one", "echo 1; echo 2"),
		Section("fails", "echo before; exit 3"),
		Section("empty", ":"),
		Section("reads", "cat"),
		Section("last", "printf x"),
	)))
	for name, want := range map[string]string{"one": "1\n2\n", "fails": "before\n", "empty": "", "reads": "", "last": "x"} {
		if body, ok := got[name]; !ok || body != want {
			t.Errorf("%s: got %q, want %q", name, body, want)
		}
	}
}

func TestFields(t *testing.T) {
	got := Fields("a 1\nb two words\n\nc\na 3\n")
	if len(got) != 3 || got["a"] != "3" || got["b"] != "two words" || got["c"] != "" {
		t.Errorf("got %v", got)
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
