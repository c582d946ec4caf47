package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/layout"
	"slipway/steps/plan"
)

func planOf(found app.Found) plan.Plan {
	return plan.Plan{Name: "shop", Release: "0123456789ab", Address: "192.0.2.7", App: found,
		Values: map[string]plan.NamedValue{plan.KeyDomain: {Value: "shop.example"}, plan.KeyProvider: {Value: plan.ProviderSSH}}}
}

func TestAppEnvironment(t *testing.T) {
	const (
		release = "/srv/app-shop/releases/0123456789ab"
		source  = release + "/src"
		path    = "PATH=" + release + "/venv/bin:/usr/local/bin:/usr/bin:/bin"
	)
	for _, test := range []struct {
		name  string
		found app.Found
		want  []string
	}{
		{"plain", app.Found{}, []string{"PYTHONPATH=" + source}},
		{"settings", app.Found{PythonPath: "web", SettingsModule: "shop.prod"}, []string{"PYTHONPATH=" + source + "/web:" + source, "DJANGO_SETTINGS_MODULE=shop.prod"}},
		{"a folder that is hard to quote", app.Found{PythonPath: "100% \"ü\"\n"}, []string{"PYTHONPATH=" + source + "/100% \"ü\"\n:" + source}},
		{"overlay", app.Found{SettingsModule: "shop.prod", Overlay: app.Overlay{Module: "shop.prod", Hosts: true}, Hosts: app.Hosts{Setting: "ALLOWED_HOSTS"}},
			[]string{"PYTHONPATH=" + source + ":" + release + "/slipway", "DJANGO_SETTINGS_MODULE=slipway_settings", "SLIPWAY_HOSTS=shop.example 192.0.2.7"}},
		{"variable", app.Found{Hosts: app.Hosts{Variable: "HOSTS", Form: ",", Names: []string{"localhost"}}}, []string{"PYTHONPATH=" + source, "HOSTS=shop.example,192.0.2.7,localhost"}},
		{"JSON", app.Found{Hosts: app.Hosts{Variable: "HOSTS", Form: "json"}}, []string{"PYTHONPATH=" + source, `HOSTS=["shop.example","192.0.2.7"]`}},
		{"all hosts", app.Found{Hosts: app.Hosts{Variable: "HOSTS", Form: ",", Names: []string{"*"}}}, []string{"PYTHONPATH=" + source}},
	} {
		p := planOf(test.found)
		if got := appEnvironment(layout.Of(p.ServerName()), p, nil); !slices.Equal(got, append([]string{path}, test.want...)) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// TestOverlayFile has Python load the settings module of Slipway's own.
func TestOverlayFile(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	for settings, want := range map[string]string{
		"A = 1\nALLOWED_HOSTS = ('localhost',)\n": "1 ['localhost', '192.0.2.7', 'shop.example'] /srv/app-shop/releases/0123456789ab/src/st\"atic",
		"A = 2\nSTATIC_ROOT = 'x'\n":              "2 ['192.0.2.7', 'shop.example'] /srv/app-shop/releases/0123456789ab/src/st\"atic",
	} {
		folder := t.TempDir()
		f := overlayFile(planOf(app.Found{Overlay: app.Overlay{Module: "own", Hosts: true, StaticRoot: `st"atic`}}))
		for name, text := range map[string]string{"own.py": settings, filepath.Base(f.Path): f.Content} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(python, "-c", "import slipway_settings as s; print(s.A, s.ALLOWED_HOSTS, s.STATIC_ROOT)")
		cmd.Dir, cmd.Env = folder, []string{"SLIPWAY_HOSTS=192.0.2.7 shop.example"}
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

// TestInitialize has the tables made once, and never over a database that is there.
func TestInitialize(t *testing.T) {
	for _, test := range []struct {
		name, there string
		runs        int
	}{{"no database", "", 1}, {"an empty file", "empty.db", 1}, {"a database", "kept/instance/shop.sqlite", 0}, {"made before", "initialized", 0}} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if test.there != "" {
				path := filepath.Join(folder, test.there)
				text := "rows"
				if test.there == "empty.db" {
					text = ""
				}
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			ran := filepath.Join(folder, "ran")
			script := "set -e\nstate=" + folder + " initialized=" + folder + "/initialized\n" + initializeText
			for range 2 {
				if out, err := exec.Command("sh", "-c", script, "sh", "sh", "-c", "echo ran >>"+ran).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			text, _ := os.ReadFile(ran) // none is no run
			if got := strings.Count(string(text), "ran"); got != test.runs {
				t.Errorf("it ran %d times, want %d", got, test.runs)
			}
		})
	}
}

func TestTestedPlan(t *testing.T) {
	for command, want := range map[string]string{"python -m pytest": "", "tox -e py": "", "python manage.py test": "shop.prod"} {
		p := planOf(app.Found{TestCommand: command, SettingsModule: "shop.prod"}).Tested()
		if p.App.SettingsModule != want {
			t.Errorf("%s: got %q", command, p.App.SettingsModule)
		}
	}
}
