package commands

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps"
	"slipway/steps/image"
)

// ejects runs slipway eject docker without a network, and returns its exit code and what
// it said.
func ejects(t *testing.T, args ...string) (int, string) {
	t.Helper()
	return ejectsFor(t, "docker", args...)
}

func ejectsFor(t *testing.T, what string, args ...string) (int, string) {
	t.Helper()
	home := t.TempDir()
	var out bytes.Buffer
	code := Main(t.Context(), append([]string{"eject", what}, args...), Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(name string) string {
		return map[string]string{"SLIPWAY_HOME": home, "PIP_NO_INDEX": "1"}[name]
	}})
	return code, out.String()
}

// ejectable makes an app's folder with these files beside the app.
func ejectable(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	put(t, folder, "app.py", "import os\nfrom flask import Flask\napp = Flask(__name__)\napp.secret_key = os.environ['SECRET_KEY']\n")
	for name, text := range files {
		put(t, folder, name, text)
	}
	return folder
}

func put(t *testing.T, folder, name, text string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEjectTwice: the files go to the app's folder, and are the same when they are there
// already, though they are part of the folder then.
func TestEjectTwice(t *testing.T) {
	folder := ejectable(t, map[string]string{".env": "SECRET_KEY=x\n", "production.env": "SECRET_KEY=y\n"})
	code, said := ejects(t, folder)
	if !strings.Contains(said, "note: production.env is not in the image: ") || strings.Contains(said, "note: .env") {
		t.Errorf("of the variables' files it says: %s", said)
	}
	for _, name := range []string{image.Dockerfile, image.Dockerignore, image.Compose} {
		if !strings.Contains(said, "wrote "+filepath.Join(folder, name)+"\n") {
			t.Errorf("%s is not named: %s", name, said)
		}
	}
	if code != 0 || !strings.Contains(said, "note: app.py line 4 reads the variable SECRET_KEY: write SECRET_KEY=… in the file .env") || strings.Contains(said, "--env-file") {
		t.Fatalf("ended with %d: %s", code, said)
	}
	if code, said := ejects(t, folder); code != 0 || strings.Contains(said, "wrote ") || strings.Count(said, "unchanged ") != 3 {
		t.Errorf("the second time: %d, %s", code, said)
	}
	if text := read(t, filepath.Join(folder, image.Compose)); !strings.Contains(text, "${SECRET_KEY:?") || strings.Contains(text, "SECRET_KEY=x") {
		t.Errorf("the compose file: %s", text)
	}
}

// TestEjectElsewhere: another folder gets the app too, because the image is made of it,
// but nothing that is never uploaded.
func TestEjectElsewhere(t *testing.T) {
	to := filepath.Join(t.TempDir(), "new", "folder")
	folder := ejectable(t, map[string]string{".env": "SECRET_KEY=x\n", "sub/page.html": "<p>", "Dockerfile": "FROM scratch\n"})
	code, said := ejects(t, folder, "--output", to)
	if code != 0 || read(t, filepath.Join(to, "sub/page.html")) != "<p>" || strings.Contains(read(t, filepath.Join(to, "Dockerfile")), "scratch") {
		t.Errorf("ended with %d: %s", code, said)
	}
	if text := read(t, filepath.Join(to, ".env")); strings.Contains(text, "SECRET_KEY") || !strings.HasPrefix(text, "# ") {
		t.Errorf("the variables' file is not an empty one: %s", text)
	}
	if text := read(t, filepath.Join(folder, ".env")); text != "SECRET_KEY=x\n" {
		t.Errorf("the app's own variables are now %s", text)
	}
	sample := filepath.Join(t.TempDir(), "hello")
	if code, said := ejects(t, "--sample", "hello", "--output", sample); code != 0 || !strings.Contains(read(t, filepath.Join(sample, "server.py")), "Flask") {
		t.Errorf("the sample: %d, %s", code, said)
	}
}

// TestEjectRefuses: what is there is never lost without a word, and nothing is half done.
func TestEjectRefuses(t *testing.T) {
	own := ejectable(t, map[string]string{"compose.yaml": "services: {}\n"})
	linked, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	put(t, outside, "file", "theirs")
	if err := os.Symlink(filepath.Join(outside, "file"), filepath.Join(linked, "compose.yaml")); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		says []string
	}{
		"a file of one's own":    {[]string{own}, []string{"compose.yaml is there already and says something else", "--force", "--output"}},
		"inside the app":         {[]string{own, "--output", filepath.Join(own, "docker")}, []string{"lies in the app's folder", "leave --output out"}},
		"a sample without place": {[]string{"--sample", "hello"}, []string{"--output DIR"}},
		"both":                   {[]string{own, "--sample", "hello"}, []string{"give one of them"}},
		"no app":                 {[]string{filepath.Join(own, "nothing")}, []string{"there is no folder"}},
		"a link out":             {[]string{"--sample", "hello", "--output", linked}, []string{"compose.yaml is there already"}},
	} {
		code, said := ejects(t, test.args...)
		for _, want := range test.says {
			if code != 2 || !strings.Contains(said, want) {
				t.Errorf("%s: ended with %d, and %q is not in %s", name, code, want, said)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(own, image.Dockerfile)); err == nil || read(t, filepath.Join(outside, "file")) != "theirs" {
		t.Error("something was written though another file is in the way")
	}
	if code, said := ejects(t, own, "--force"); code != 0 || !strings.Contains(read(t, filepath.Join(own, "compose.yaml")), "read_only: true") {
		t.Errorf("with --force: %d, %s", code, said)
	}
	if code, said := ejects(t, "--sample", "hello", "--output", linked, "--force"); code != 0 || read(t, filepath.Join(outside, "file")) != "theirs" {
		t.Errorf("through a link: %d, %s", code, said)
	}
	if code, said := ejects(t, "--sample", "hello", "--output", filepath.Join(own, "app.py")); code != 2 {
		t.Errorf("into a file: %d, %s", code, said)
	}
}

// TestEjectAppPlatform: the spec is written beside the files of the image, stays the same
// when they are there already, and has no value of a variable.
func TestEjectAppPlatform(t *testing.T) {
	folder := ejectable(t, map[string]string{".env": "SECRET_KEY=x\n", "slipway.toml": "[app-platform]\nweb = 3\n[env]\nLEVEL = 'loud'\n"})
	code, said := ejectsFor(t, "app-platform", folder)
	spec := filepath.Join(folder, filepath.FromSlash(steps.AppSpecFile))
	if code != 0 || !strings.Contains(said, "wrote "+spec+"\n") || !strings.HasSuffix(said, "how to go on is at the top of "+spec+"\n") {
		t.Fatalf("ended with %d: %s", code, said)
	}
	if !strings.Contains(said, "note: .env is not in the image") || strings.Contains(said, "--env") {
		t.Errorf("of the variables it says: %s", said)
	}
	text := read(t, spec)
	for _, want := range []string{"instance_count: 3\n", "#   LEVEL\n#   SECRET_KEY\n", "  - key: SECRET_KEY\n    scope: RUN_TIME\n    type: SECRET\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if strings.Contains(text, "loud") || strings.Contains(text, "SECRET_KEY=x") {
		t.Errorf("the spec has a value: %s", text)
	}
	if _, err := os.Stat(filepath.Join(folder, image.Compose)); err == nil {
		t.Error("compose.yaml was written")
	}
	if code, said := ejectsFor(t, "app-platform", folder); code != 0 || strings.Contains(said, "wrote ") || strings.Count(said, "unchanged ") != 3 {
		t.Errorf("the second time: %d, %s", code, said)
	}
	if code, said := ejects(t, folder); code != 0 || strings.Count(said, "unchanged ") != 2 {
		t.Errorf("Docker's files in the same folder: %d, %s", code, said)
	}
	if code, said := ejectsFor(t, "app-platform", folder, "--instances", "2..4"); code != 2 || !strings.Contains(said, steps.AppSpecFile+" is there already and says something else") {
		t.Errorf("another number: %d, %s", code, said)
	}
	if code, said := ejectsFor(t, "app-platform", folder, "--instances", "2..4", "--force"); code != 0 || !strings.Contains(read(t, spec), "max_instance_count: 4\n") {
		t.Errorf("with --force: %d, %s", code, said)
	}
}

// TestEjectAppPlatformRefuses: an app whose database is a file has no home there.
func TestEjectAppPlatformRefuses(t *testing.T) {
	folder := ejectable(t, map[string]string{"db.py": "", "app.py": "import sqlite3\nfrom flask import Flask\napp = Flask(__name__)\ndb = sqlite3.connect('shop.db')\n"})
	code, said := ejectsFor(t, "app-platform", folder)
	if code != 2 || !strings.Contains(said, "SQLite file shop.db (app.py line 4)") || !strings.Contains(said, "--service postgres") {
		t.Errorf("ended with %d: %s", code, said)
	}
	if _, err := os.Stat(filepath.Join(folder, image.Dockerfile)); err == nil {
		t.Error("something was written")
	}
	if code, said := ejectsFor(t, "--"); code != 2 || !strings.Contains(said, "eject app-platform") {
		t.Errorf("without a place: %d, %s", code, said)
	}
}
