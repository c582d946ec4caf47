package buildpack

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/plan"
)

const flaskApp = "from flask import Flask\napp = Flask(__name__)\n"

// planOf is the plan of an app of these files, for Heroku.
func planOf(t *testing.T, files map[string]string, flags map[string]string) plan.Plan {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return planOfFolder(t, dir, flags)
}

func planOfFolder(t *testing.T, dir string, flags map[string]string) plan.Plan {
	t.Helper()
	all := map[string]string{plan.KeyProvider: plan.ProviderHeroku}
	maps.Copy(all, flags)
	p, err := plan.Make(t.Context(), plan.Asked{Folder: dir, Flags: all, Getenv: func(string) string { return "" }}, state.Home{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// packed is the archive's files, by their paths.
func packed(t *testing.T, p plan.Plan) map[string]string {
	t.Helper()
	var first, second bytes.Buffer
	if err := errors.Join(Archive(p, &first), Archive(p, &second)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same plan gives two archives")
	}
	gz, err := gzip.NewReader(&first)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for archive := tar.NewReader(gz); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if _, twice := files[header.Name]; twice || err != nil {
			t.Errorf("%s is there twice, or %v", header.Name, err)
		}
		files[header.Name] = string(content)
	}
}

// TestFilesOfHerokusOwn leaves an app that is made for Heroku as it is.
func TestFilesOfHerokusOwn(t *testing.T) {
	p := planOf(t, map[string]string{
		"app.py": flaskApp, "requirements.txt": "flask==3.1.0\nGunicorn==23.0.0\n", ".python-version": "3.13.1\n",
		"Procfile": "web: python serve.py --host 0.0.0.0 --port $PORT\nworker: python worker.py\n", "serve.py": "import app\n",
	}, nil)
	files, err := Files(p)
	if err != nil {
		t.Fatal(err)
	}
	var added []string
	for _, f := range files {
		added = append(added, f.Path)
	}
	if got := strings.Join(added, " "); got != ".profile.d/00-slipway.sh Procfile" {
		t.Errorf("added: %s", got)
	}
	if got := packed(t, p)["Procfile"]; got != "web: exec python serve.py --host 0.0.0.0 --port $PORT\nworker: python worker.py\n" {
		t.Errorf("the Procfile is %q", got)
	}
}

// TestRequirements has one file with all that is installed, whatever the app names it in.
func TestRequirements(t *testing.T) {
	hashes := "flask==3.1.0 \\\n    --hash=sha256:" + strings.Repeat("a", 64) + "\n"
	for name, test := range map[string]struct {
		files map[string]string
		want  map[string]string
		hook  string
	}{
		"imports":            {map[string]string{}, map[string]string{"requirements.txt": "Flask\ngunicorn\n"}, ""},
		"without a server":   {map[string]string{"requirements.txt": "flask"}, map[string]string{"requirements.txt": "flask\ngunicorn\n"}, ""},
		"a server for Macs":  {map[string]string{"requirements.txt": "flask\ngunicorn; sys_platform == 'darwin'\n"}, map[string]string{"requirements.txt": "flask\ngunicorn; sys_platform == 'darwin'\ngunicorn\n"}, ""},
		"a pinned server":    {map[string]string{"requirements.txt": "flask\ngunicorn==23.0.0"}, map[string]string{"requirements.txt": "flask\ngunicorn==23.0.0\n"}, ""},
		"a constraint":       {map[string]string{"requirements.txt": "flask\n-c limits.txt\n", "limits.txt": "gunicorn<24\n"}, map[string]string{"requirements.txt": "flask\n-c limits.txt\ngunicorn\n", "limits.txt": "gunicorn<24\n"}, ""},
		"a lock not used":    {map[string]string{"Pipfile": "[packages]\nflask = '*'\n", "requirements.txt": "flask\n"}, map[string]string{"requirements.txt": "flask\ngunicorn\n", "Pipfile": ""}, ""},
		"hashes":             {map[string]string{"requirements.txt": hashes}, map[string]string{"requirements.txt": hashes}, "set -- gunicorn"},
		"hashes in a file":   {map[string]string{"requirements.txt": "-r base.txt\n", "base.txt": hashes}, map[string]string{"requirements.txt": "-r base.txt\n", "base.txt": hashes}, "set -- gunicorn"},
		"in a folder":        {map[string]string{"slipway.toml": "[app]\nrequirements = 'requirements/prod.txt'\n", "requirements/prod.txt": "-r base.txt\n-c \"../limits.txt\"\nrequests\n", "requirements/base.txt": "flask\n", "limits.txt": "flask<4\n"}, map[string]string{"requirements.txt": "-r requirements/base.txt\n-c \"limits.txt\"\nrequests\ngunicorn\n"}, ""},
		"over the root's":    {map[string]string{"slipway.toml": "[app]\nrequirements = 'requirements/prod.txt'\n", "requirements/prod.txt": "-r ../requirements.txt\nrequests\n", "requirements.txt": "flask\n"}, map[string]string{"requirements.txt": "flask\n\nrequests\ngunicorn\n"}, ""},
		"instead of root's":  {map[string]string{"slipway.toml": "[app]\nrequirements = 'prod.txt'\n", "prod.txt": "flask\n", "requirements.txt": "none-such\n"}, map[string]string{"requirements.txt": "flask\ngunicorn\n"}, ""},
		"UTF-16":             {map[string]string{"requirements.txt": "\xff\xfef\x00l\x00a\x00s\x00k\x00\n\x00"}, map[string]string{"requirements.txt": "flask\ngunicorn\n"}, ""},
		"an old Python file": {map[string]string{"requirements.txt": "flask\n", "runtime.txt": "python-3.12.1\n"}, map[string]string{"runtime.txt": "", ".python-version": "3.12\n"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.files["app.py"] = flaskApp
			got := packed(t, planOf(t, test.files, nil))
			for path, want := range test.want {
				if content, there := got[path]; content != want || there != (want != "") {
					t.Errorf("%s is %q, %v, want %q", path, content, there, want)
				}
			}
			if hook := got[hookFile]; !strings.Contains(hook, test.hook) || test.hook == "" && hook != "" {
				t.Errorf("the hook is %q", hook)
			}
		})
	}
}

// TestLock has the packages of a lock file in requirements.txt, and the lock file not in
// the archive, where the buildpack would refuse it.
func TestLock(t *testing.T) {
	p := planOfFolder(t, "../../ui/e2e/shapes/testdata/uv-workspace", nil)
	got := packed(t, p)
	if _, there := got["uv.lock"]; there {
		t.Error("uv.lock is in the archive")
	}
	if text := got[requirementsFile]; !strings.Contains(text, "\nflask==") || !strings.HasSuffix(text, "\ngunicorn\n") {
		t.Errorf("requirements.txt is %q", text)
	}
	if hook := got[hookFile]; len(p.App.Requirements.Projects) == 0 || !strings.Contains(hook, "./"+p.App.Requirements.Projects[0]) {
		t.Errorf("the projects are %v, the hook %q", p.App.Requirements.Projects, hook)
	}
}

// TestNoRoom refuses an app that has a file where one of Heroku's must be.
func TestNoRoom(t *testing.T) {
	p := planOf(t, map[string]string{"app.py": flaskApp, ".profile.d": "x"}, nil)
	if _, err := Files(p); err == nil || !strings.Contains(err.Error(), ".profile.d is in the way of .profile.d/00-slipway.sh, which Heroku needs: give it another name") {
		t.Errorf("got %v", err)
	}
}
