package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/providers"
)

// linked is a folder on this computer beside a secret that it must not reach. links are
// pairs: a link's path and its target, where OUT stands for the secret's folder.
func linked(t *testing.T, links ...string) (fsys fs.FS, dir string) {
	t.Helper()
	top := t.TempDir()
	dir = filepath.Join(top, "app")
	out := filepath.Join(top, "out")
	for name, text := range map[string]string{
		"app/app.py": "import flask\napp = flask.Flask(__name__)\n", "app/sub/deep/a.txt": "a", "app/web/index.html": "x", "out/requirements.txt": "hacked==1\n",
	} {
		name = filepath.Join(top, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(links); i += 2 {
		name := filepath.Join(dir, links[i])
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(strings.ReplaceAll(links[i+1], "OUT", out), name)); err != nil {
			t.Fatal(err)
		}
	}
	fsys, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return fsys, dir
}

// hostileLinks lead out of the folder, each by another way. says is a part of the
// refusal.
var hostileLinks = map[string]struct {
	links []string
	says  string
}{
	"absolute":                   {[]string{"a", "/etc/cron.d"}, "a is a symbolic link to /etc/cron.d, outside the app's folder"},
	"upwards":                    {[]string{"sub/a", "../../x"}, "sub/a is a symbolic link to ../../x, which leads to ../x, outside the app's folder"},
	"upwards and down":           {[]string{"a", "sub/../../x/y"}, "a is a symbolic link to sub/../../x/y, which leads to ../x/y,"},
	"through a link upwards":     {[]string{"up", "sub/..", "a", "up/../x"}, "a is a symbolic link to up/../x, which leads to ../x,"},
	"a chain":                    {[]string{"sub/deep/r", "../..", "s", "sub/deep/r", "a", "s/../etc"}, "a is a symbolic link to s/../etc, which leads to ../etc,"},
	"shorter than it looks":      {[]string{"x/y/z/top", "../../../web", "a", "x/y/z/top/../../e"}, "a is a symbolic link to x/y/z/top/../../e, which leads to ../e,"},
	"through an absolute link":   {[]string{"a", "b/shadow", "b", "/etc"}, "a is a symbolic link to b/shadow, which leads to /etc/shadow,"},
	"a folder of links":          {[]string{"l/one", "../sub", "l/two", "one/../../q"}, "l/two is a symbolic link to one/../../q, which leads to ../q,"},
	"the link's name in the way": {[]string{"a", "a.d/../..", "a.d", "sub"}, "a is a symbolic link to a.d/../.., which leads to ..,"},
	"what is not there":          {[]string{"a", "none/../../x"}, "a is a symbolic link to none/../../x, which leads to ../x,"},
	"dots and slashes":           {[]string{"a", ".//sub/./..//../x/"}, "which leads to ../x,"},
	"a script's name":            {[]string{"start.py", "OUT/requirements.txt"}, "start.py is a symbolic link to "},
}

// TestHostileLinks has links lead out of the folder. Nothing is detected in such a folder,
// and nothing of it is uploaded.
func TestHostileLinks(t *testing.T) {
	for name, test := range hostileLinks {
		fsys, _ := linked(t, test.links...)
		_, detected := Detect(fsys, Settings{})
		_, collected := Collect(fsys)
		for by, err := range map[string]error{"Detect": detected, "Collect": collected} {
			var usage *providers.Usage
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.says) || !strings.Contains(usage.Next, IgnoreFile) {
				t.Errorf("%s: %s: got %v, want %s", name, by, err, test.says)
			}
		}
	}
}

// TestHostileLinksAreNotRead has the files that are read by their names be links to
// somebody else's.
func TestHostileLinksAreNotRead(t *testing.T) {
	for _, name := range []string{"requirements.txt", "Procfile", ".python-version", "uv.lock", "other.py", "pyproject.toml", "cert.pem", SettingsFile, IgnoreFile} {
		fsys, dir := linked(t, name, "OUT/requirements.txt")
		if text, err := fs.ReadFile(fsys, name); err == nil {
			t.Errorf("%s is read: %q", name, text)
		}
		_, settings := ReadSettings(fsys)
		_, detected := Detect(fsys, Settings{})
		err := errors.Join(settings, detected)
		var usage *providers.Usage
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), name+" is a symbolic link to "+filepath.Dir(dir)+"/out/requirements.txt, outside the app's folder") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestLinksInside has links that lead nowhere else, or are not uploaded.
func TestLinksInside(t *testing.T) {
	for name, links := range map[string][]string{
		"a file":             {"a", "sub/deep/a.txt"},
		"a folder":           {"sub/again", "../sub"},
		"the root":           {"sub/root", ".."},
		"down and up":        {"a", "sub/deep/../../web/index.html"},
		"through a link":     {"s", "sub/deep", "a", "s/../deep/a.txt"},
		"nothing":            {"a", "sub/none", "b", "sub/deep/a.txt/x"},
		"itself":             {"sub/sub", "sub", "a", "b", "b", "a"},
		"a folder in itself": {"sub/self", ".", "a", "sub/self/self/self/deep/a.txt"},
		"not uploaded":       {"venv", "OUT", ".slipwayignore", "rules", "a", "venv/bin/python"},
	} {
		fsys, dir := linked(t, links...)
		if name == "not uploaded" {
			if err := os.WriteFile(filepath.Join(dir, "rules"), []byte("/venv\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		found, err := Detect(fsys, Settings{})
		if err != nil || found.Target != "app:app" {
			t.Errorf("%s: detected %q, %v", name, found.Target, err)
		}
		bundle := collect(t, fsys)
		if !strings.Contains(paths(bundle), "app.py") {
			t.Errorf("%s: collected %s", name, paths(bundle))
		}
	}
}

// TestLinksOfASample has a folder that is on no disk.
func TestLinksOfASample(t *testing.T) {
	fsys := files("app.py", "")
	fsys["a"] = &fstest.MapFile{Data: []byte("b/x"), Mode: fs.ModeSymlink}
	fsys["b"] = &fstest.MapFile{Data: []byte("/etc"), Mode: fs.ModeSymlink}
	if _, err := Collect(fsys); err == nil || !strings.Contains(err.Error(), "a is a symbolic link to b/x, which leads to /etc/x,") {
		t.Errorf("got %v", err)
	}
}

// TestHostileLinkTargets has more links, with longer targets, than can be followed in any
// useful time.
func TestHostileLinkTargets(t *testing.T) {
	const all = 1000
	for what, target := range map[string]func(n int) string{
		"long":           func(int) string { return strings.Repeat("a/", 2000) },
		"up and down":    func(int) string { return strings.Repeat("sub/../", 580) },
		"long, in chain": func(n int) string { return fmt.Sprintf("l%d/%s", n+1, strings.Repeat("a/", 1900)) },
		"up, in chain":   func(n int) string { return fmt.Sprintf("%sl%d", strings.Repeat("sub/../", 500), n+1) },
		"python":         func(n int) string { return fmt.Sprintf("%sl%d.py", strings.Repeat("sub/../", 500), n+1) },
	} {
		fsys, dir := linked(t)
		for n := range all {
			name := fmt.Sprintf("l%d", n)
			if what == "python" {
				name += ".py"
			}
			if err := os.Symlink(target(n), filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Detect(fsys, Settings{}); err == nil || !strings.Contains(err.Error(), "the symbolic links of the folder, l") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Many links are no fault.
	fsys, dir := linked(t)
	for n := range all {
		if err := os.Symlink("sub/deep/a.txt", filepath.Join(dir, fmt.Sprint("l", n))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Detect(fsys, Settings{}); err != nil {
		t.Error(err)
	}
}
