// Package python deploys apps that ask for another Python than the server's, with an
// interpreter that is served from this computer.
package python

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

const name = "asks-python"

// serversOwn is the Python of the default image.
const serversOwn = "3.13"

const source = `import ssl, sys
from flask import Flask

app = Flask(__name__)


@app.get("/")
def front():
    trusted = len(ssl.create_default_context().get_ca_certs())
    return f"%s {sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix} {trusted > 10}"
`

// app writes an app that says a word and which Python it runs on.
func app(t *testing.T, folder, word, asks string) {
	t.Helper()
	files := map[string]string{"app.py": strings.Replace(source, "%s", word, 1), "requirements.txt": "flask\n", ".python-version": asks + "\n"}
	if asks == "" {
		delete(files, ".python-version")
		if err := os.Remove(filepath.Join(folder, ".python-version")); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManagedPython(t *testing.T) {
	localtest.NeedMachines(t)
	minor, interpreter := hostPython(t, serversOwn)
	served := newMirror(t, packed(t, minor, interpreter))
	o := e2e.NewOperator(t, 4*time.Minute)
	o.Env = []string{"UV_PYTHON_INSTALL_MIRROR=" + served.URL}
	folder := t.TempDir()
	says := func(url, word, python string) {
		t.Helper()
		if _, body := e2e.Ask(t, url); !strings.HasPrefix(body, word+" "+python+" ") || !strings.HasSuffix(body, " True") ||
			strings.Contains(body, "/opt/slipway/python/"+minor+".") != (python == minor) {
			t.Errorf("the app says %q, want Python %s", body, python)
		}
	}

	app(t, folder, "first", minor+".1")
	right := served.sum
	served.sum = strings.Repeat("0", 64)
	r := o.Run("--yes", "--name", name, folder)
	if r.Code != 1 || !strings.Contains(r.Stderr, "does not have the sum that the mirror names") {
		t.Fatalf("with a wrong sum: exit %d\n%s", r.Code, r.Stderr)
	}
	served.sum = right
	plan := o.Must("--plan", "--name", name, folder).Stderr
	if !strings.Contains(plan, minor+", managed (.python-version asks for "+minor+", Debian 13 has "+serversOwn+")") {
		t.Errorf("the plan does not say which Python, and why:\n%s", plan)
	}
	first := o.Deploy("--name", name, folder)
	says(first.URL, "first", minor)
	if wrong := o.Root(name, "find /opt/slipway ! -user root -o ! -type l -perm /022"); wrong != "" {
		t.Errorf("these are not root's alone: %s", wrong)
	}
	if compiled := o.Root(name, "find /opt/slipway/python/*/cpython-*/lib -path '*/json/__pycache__/*' | wc -l"); compiled == "0" {
		t.Error("its library is not compiled")
	}
	if left := o.Root(name, "ls /var/cache/slipway | grep python || :"); left != "" {
		t.Errorf("left in the cache: %s", left)
	}
	fetched := served.fetched.Load()
	if second := o.Deploy("--name", name, folder); second.Changed {
		t.Error("a second run changed something")
	}
	if status := o.Must("status", name).Stdout; !strings.Contains(status, ", managed by Slipway") {
		t.Errorf("status does not say which Python:\n%s", status)
	}

	app(t, folder, "second", minor)
	if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte("flask\nsix\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	second := o.Deploy("--name", name, folder)
	says(second.URL, "second", minor)
	if second.Steps["dependencies"] != engine.Changed || served.fetched.Load() != fetched {
		t.Errorf("another release: dependencies %s, the archive was fetched %d times, then %d", second.Steps["dependencies"], fetched, served.fetched.Load())
	}
	app(t, folder, "third", "")
	says(o.Deploy("--name", name, folder).URL, "third", serversOwn)
	o.Must("rollback", name)
	says(first.URL, "second", minor)
}
