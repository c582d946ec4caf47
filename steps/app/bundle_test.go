package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/providers"
)

func collect(t *testing.T, fsys fs.FS) *Bundle {
	t.Helper()
	b, err := Collect(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func paths(b *Bundle) string {
	var out []string
	for _, f := range b.Files {
		out = append(out, f.Path)
	}
	return strings.Join(out, " ")
}

func TestCollectLeavesOut(t *testing.T) {
	key := "-----BEGIN EC PRIVATE KEY-----\nx\n"
	fsys := files(
		"app.py", "", "static/a.css", "", "Procfile", "", "slipway.toml", "", ".gitignore", "",
		".git/config", "", "v/pyvenv.cfg", "", "v/bin/python", "", "__pycache__/a.pyc", "", "a.pyc", "",
		"web/node_modules/x.js", "", ".tox/x", "", ".mypy_cache/x", "", ".vscode/x", "",
		".env", "", ".env.local", "", "prod.env", "", "id_rsa", "", "a.key", "",
		"cert.pem", "-----BEGIN CERTIFICATE-----\n", "key.pem", key, "sub/.ssh/config", "",
		"data/big.csv", "", "data/keep.csv", "", "notes.txt", "", "build/x", "",
		".slipwayignore", "# ours\ndata/*\n!data/keep.csv\n/notes.txt\nbuild/\n!.env\n",
	)
	b := collect(t, fsys)
	if got, want := paths(b), ".gitignore Procfile app.py cert.pem data/keep.csv static/a.css"; got != want {
		t.Errorf("got %s", got)
	}
	want := []string{".env", ".env.local", "a.key", "id_rsa", "key.pem", "prod.env", "sub/.ssh/"}
	if !reflect.DeepEqual(b.Secrets, want) {
		t.Errorf("got %q", b.Secrets)
	}
	for _, name := range append(want, ".git/", "v/", "web/node_modules/", "data/big.csv", "notes.txt", "build/x") {
		if !strings.Contains("\n"+strings.Join(b.LeftOut, "\n")+"\n", "\n"+name+"\n") {
			t.Errorf("%s is not in %q", name, b.LeftOut)
		}
	}
}

func TestCollectIgnoreSyntax(t *testing.T) {
	for lines, want := range map[string]string{
		"":                "a.csv d/a.csv d/e/a.csv d/e/b.txt dx",
		"*.csv":           "d/e/b.txt dx",
		"/a.csv":          "d/a.csv d/e/a.csv d/e/b.txt dx",
		"d/":              "a.csv dx",
		"d":               "a.csv dx",
		"d/*\n":           "a.csv dx",
		"e/":              "a.csv d/a.csv dx",
		"**/e/*.txt":      "a.csv d/a.csv d/e/a.csv dx",
		"d/**/a.csv":      "a.csv d/e/b.txt dx",
		"*\r\n!*.txt\r\n": "", // as in git: a folder that is left out is left out as a whole
		"*\n!*/\n!*.txt":  "d/e/b.txt",
	} {
		b := collect(t, files("a.csv", "", "d/a.csv", "", "d/e/a.csv", "", "d/e/b.txt", "", "dx", "", ".slipwayignore", lines))
		if got := paths(b); got != want {
			t.Errorf("%q: got %s, want %s", lines, got, want)
		}
	}
}

func TestHashSeesWhatMatters(t *testing.T) {
	base := func() fstest.MapFS { return files("a", "1", "b", "2") }
	hash := collect(t, base()).Hash()
	if again := collect(t, base()).Hash(); again != hash {
		t.Error("the same folder gives another hash")
	}
	if hash != "f80c1323c48a3f822d354dae1f448323ed48b85a49e8ab1b673546403ad689f1" {
		t.Errorf("the hash of a known folder is now %s: every app would be uploaded again", hash)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"content":    func(f fstest.MapFS) { f["a"].Data = []byte("3") },
		"executable": func(f fstest.MapFS) { f["a"].Mode = 0o755 },
		"name":       func(f fstest.MapFS) { f["c"] = f["a"]; delete(f, "a") },
		"one more":   func(f fstest.MapFS) { f["c"] = f["a"] },
	} {
		changed := base()
		change(changed)
		if collect(t, changed).Hash() == hash {
			t.Errorf("%s: the hash stays the same", name)
		}
	}
	same := base()
	same["a"].Mode = 0o600
	same[".env"] = &fstest.MapFile{Data: []byte("x")}
	if collect(t, same).Hash() != hash {
		t.Error("what is not uploaded changes the hash")
	}
}

func TestWriteTarGz(t *testing.T) {
	fsys := files("b.sh", "run", "a/c.py", "x = 1\n")
	fsys["b.sh"].Mode = 0o700
	b := collect(t, fsys)
	var first, second bytes.Buffer
	if err := errors.Join(b.WriteTarGz(&first), b.WriteTarGz(&second)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two archives of one bundle differ")
	}
	gz, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewReader(gz)
	for _, want := range []struct {
		name, text string
		mode       int64
	}{{"a/c.py", "x = 1\n", 0o644}, {"b.sh", "run", 0o755}} {
		h, err := archive.Next()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(archive)
		if h.Name != want.name || string(text) != want.text || h.Mode != want.mode || h.Uid != 0 || h.Uname != "" || h.ModTime.Unix() != 0 {
			t.Errorf("got %+v, %q", h, text)
		}
	}
	if _, err := archive.Next(); err != io.EOF {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"longer than before\n", "x = 2\n", ""} {
		fsys["a/c.py"].Data = []byte(text)
		if err := b.WriteTarGz(io.Discard); err == nil || !strings.Contains(err.Error(), "changed while") {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestCollectLinks(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write("sub/a.py")
	link("sub/a.py", "b.py")
	link("../sub", "sub/again")
	fsys, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	b := collect(t, fsys)
	if got := paths(b); got != "b.py sub/a.py sub/again" || b.Files[0].Link != "sub/a.py" {
		t.Errorf("got %s, %+v", got, b.Files)
	}
	var packed bytes.Buffer
	if err := b.WriteTarGz(&packed); err != nil {
		t.Error(err)
	}
	for _, target := range []string{"/etc/passwd", "../../x", ".."} {
		link(target, "sub/out")
		if target == ".." {
			continue // The root itself is inside.
		}
		if _, err := Collect(fsys); err == nil || !strings.Contains(err.Error(), "sub/out is a symbolic link to "+target) {
			t.Errorf("%s: got %v", target, err)
		}
		if err := os.Remove(filepath.Join(dir, "sub/out")); err != nil {
			t.Fatal(err)
		}
	}
	collect(t, fsys)
}

func TestCollectTooLarge(t *testing.T) {
	dir := t.TempDir()
	big, err := os.Create(filepath.Join(dir, "big"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(big.Truncate(maxBundleBytes+1), big.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = Collect(os.DirFS(dir))
	var usage *providers.Usage
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "more than 2 GB") {
		t.Errorf("got %v", err)
	}
}

func TestDependencyHash(t *testing.T) {
	base := func() fstest.MapFS {
		return files("requirements.txt", "-r req/base.txt\n--constraint=req/limits.txt\nFlask\n", "req/base.txt", "redis # x\n-r ../requirements.txt\n", "req/limits.txt", "redis<6\n", "a.py", "1")
	}
	found := Found{Requirements: Requirements{Files: []string{"requirements.txt"}}}
	hash := func(f Found, fsys fs.FS) string {
		t.Helper()
		h, err := f.DependencyHash(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	want := hash(found, base())
	code := base()
	code["a.py"].Data = []byte("2")
	if hash(found, code) != want {
		t.Error("a change of code changes the hash")
	}
	for _, file := range []string{"requirements.txt", "req/base.txt", "req/limits.txt"} {
		changed := base()
		changed[file].Data = append(changed[file].Data, "arrow\n"...)
		if hash(found, changed) == want {
			t.Errorf("%s does not count", file)
		}
	}
	other := found
	other.PythonVersion = "3.12"
	if hash(other, base()) == want {
		t.Error("the version of Python does not count")
	}
	for _, line := range []string{"-e .", "./lib", "lib @ file:./lib", "lib/x.whl", "--editable=lib"} {
		a, b := base(), base()
		a["requirements.txt"].Data, b["requirements.txt"].Data = []byte(line), []byte(line)
		b["a.py"].Data = []byte("2")
		if hash(found, a) == hash(found, b) {
			t.Errorf("%q: the code does not count", line)
		}
	}
	if _, err := found.DependencyHash(files("requirements.txt", "-r ../x.txt\n")); err == nil {
		t.Error("an include from outside is taken")
	}
	if _, err := found.DependencyHash(files("requirements.txt", "-r x.txt\n")); err == nil {
		t.Error("a missing include is taken")
	}
}
