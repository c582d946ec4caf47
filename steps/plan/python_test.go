package plan

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/app"
	"slipway/steps/index"
)

// wheels are the names of a package's wheels for these minor versions.
func wheels(name string, minors ...string) []index.File {
	files := []index.File{{Name: name + "-1.tar.gz"}}
	for _, minor := range minors {
		tag := "cp3" + strings.TrimPrefix(minor, "3.")
		files = append(files, index.File{Name: fmt.Sprintf("%s-1-%s-%s-manylinux_2_17_x86_64.whl", name, tag, tag)})
	}
	return files
}

func TestChoosePython(t *testing.T) {
	pins := []app.Pin{
		{Name: "old", Version: "1", Source: "requirements.txt line 2"}, {Name: "new", Version: "1", Source: "requirements.txt line 3"},
		{Name: "never", Version: "1", Source: "uv.lock"}, {Name: "windows", Version: "1", Source: "uv.lock", Marker: "sys_platform == 'win32'"}, {Name: "unknown", Version: "1"},
	}
	debian13, debian12 := wish{server: "3.13", system: "Debian 13"}, wish{server: "3.11", system: "Debian 12"}
	asks := func(w wish, python string) wish {
		w.python, w.source = python, "pyproject.toml"
		return w
	}
	old, recent := wheels("old", "3.11", "3.12"), wheels("new", "3.12", "3.13", "3.14")
	for name, test := range map[string]struct {
		wish           wish
		old, new       []index.File
		never          bool
		managed        string
		minors, sdists []string
		line           string
		warnings       []string
	}{
		"nothing asked":            {wish: debian13, line: "3.13, Debian 13's own: the app asks for none"},
		"the server's has wheels":  {wish: debian12, old: old, minors: []string{"3.12", "3.11"}, line: "3.11, Debian 12's own: the pinned packages have wheels for it"},
		"the server's has none":    {wish: debian13, old: old, managed: "3.12.16", minors: []string{"3.12", "3.11"}, line: "3.12, managed: old 1 (requirements.txt line 2) has no wheel for 3.13; 3.12 has"},
		"wheels of two":            {wish: debian12, old: old, new: recent, managed: "3.12.16", minors: []string{"3.12"}, line: "3.12, managed: new 1 (requirements.txt line 3) has no wheel for 3.11; 3.12 has"},
		"the server's is asked":    {wish: asks(debian13, ">=3.11"), line: "3.13, Debian 13's own: pyproject.toml asks for >=3.11"},
		"a newer one is asked":     {wish: asks(debian13, "3.14"), managed: "3.14.10", line: "3.14, managed: pyproject.toml asks for 3.14, Debian 13 has 3.13"},
		"an older one is asked":    {wish: asks(debian13, "3.9"), managed: "3.9.25", line: "3.9, managed: pyproject.toml asks for 3.9, Debian 13 has 3.13"},
		"a patch is asked":         {wish: asks(debian13, "==3.12.4"), managed: "3.12.16", line: "3.12, managed: pyproject.toml asks for ==3.12.4, Debian 13 has 3.13"},
		"wheels within the wish":   {wish: asks(debian13, ">=3.10,<3.13"), old: wheels("old", "3.10", "3.11"), managed: "3.11.18", minors: []string{"3.11", "3.10"}, line: "3.11, managed: pyproject.toml asks for >=3.10,<3.13, Debian 13 has 3.13"},
		"no wheel within the wish": {wish: asks(debian13, "3.13"), old: old, sdists: []string{"old"}, line: "3.13, Debian 13's own: pyproject.toml asks for 3.13", warnings: []string{"old 1 (requirements.txt line 2) has no wheel for Python 3.13, so it is built on the server; 3.12 has one, but pyproject.toml asks for 3.13"}},
		"no Python has all":        {wish: debian13, old: wheels("old", "3.11"), new: wheels("new", "3.13"), minors: []string{"3.13", "3.11"}, sdists: []string{"old"}, line: "3.13, Debian 13's own: the pinned packages have wheels for it", warnings: []string{"old 1 (requirements.txt line 2) has no wheel for Python 3.13, so it is built on the server; 3.11 has one"}},
		"no wheel at all":          {wish: debian13, never: true, sdists: []string{"never"}, line: "3.13, Debian 13's own: the app asks for none", warnings: []string{"never 1 (uv.lock) has no wheel for a Python that can be had, so it is built on the server"}},
		"any server":               {line: "the server's own: the app asks for none"},
		"some servers":             {wish: asks(wish{}, ">=3.12,<3.14"), managed: "3.13.18", line: "the server's own if it is 3.13 or 3.12, else 3.13, managed: pyproject.toml asks for >=3.12,<3.14"},
		"a platform":               {wish: wish{platform: ProviderDocker}, line: "3.13, the official image's: the app asks for none"},
		"a platform, an old app":   {wish: asks(wish{platform: ProviderHeroku}, "<3.12"), line: "3.11, Heroku's: pyproject.toml asks for <3.12"},
		"a platform, an old wheel": {wish: wish{platform: ProviderDocker}, old: wheels("old", "3.12"), minors: []string{"3.12"}, line: "3.12, the official image's: old 1 (requirements.txt line 2) has no wheel for 3.13; 3.12 has"},
		"no server":                {wish: asks(wish{}, "3.10"), managed: "3.10.22", line: "3.10, managed: pyproject.toml asks for 3.10"},
		"servers without wheels":   {old: wheels("old", "3.12"), managed: "3.12.16", minors: []string{"3.12"}, line: "the server's own if it is 3.12, else 3.12, managed: old 1 (requirements.txt line 2) has no wheel for 3.13; 3.12 has"},
	} {
		known := map[string][]index.File{"windows 1": wheels("windows")}
		if test.old != nil {
			known["old 1"] = test.old
		}
		if test.new != nil {
			known["new 1"] = test.new
		}
		if test.never {
			known["never 1"] = wheels("never")
		}
		got, err := choosePython(test.wish, lackingWheels(pins, known, "x86_64"))
		if err != nil || got.managed != test.managed || !slices.Equal(got.minors, test.minors) || !slices.Equal(got.sdists, test.sdists) ||
			got.value+": "+got.why != test.line || !slices.Equal(got.warnings, test.warnings) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

// TestChoosePythonThatWorks has packages of Python code alone, which have wheels for any
// Python and work only on older ones.
func TestChoosePythonThatWorks(t *testing.T) {
	pin := app.Pin{Name: "django", Version: "3.2.25", Source: "requirements.txt line 1"}
	any := []index.File{{Name: "Django-3.2.25-py3-none-any.whl"}}
	for name, known := range map[string]map[string][]index.File{"known": {"django 3.2.25": any}, "unknown": {}} {
		l := lackingWheels([]app.Pin{pin}, known, "x86_64")
		got, err := choosePython(wish{server: "3.13", system: "Debian 13"}, l)
		if want := "django 3.2.25 (requirements.txt line 1) does not work on 3.13; on 3.11 it does"; err != nil || got.managed != "3.11.18" || got.why != want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		got, err = choosePython(wish{python: ">=3.12", source: "pyproject.toml", server: "3.13", system: "Debian 13"}, l)
		if want := "django 3.2.25 (requirements.txt line 1) does not work on Python newer than 3.11, and the app gets 3.13"; err != nil || got.managed != "" ||
			len(got.sdists) != 0 || !slices.Equal(got.warnings, []string{want}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
}

func TestChoosePythonRefuses(t *testing.T) {
	_, err := choosePython(wish{python: "3.7", source: "runtime.txt"}, lack{})
	if err == nil || err.Error() != "the app asks for Python 3.7 (runtime.txt), which can't be had: set app.python in slipway.toml to one from 3.8 to 3.15 that the app takes" {
		t.Errorf("got %v", err)
	}
}

// TestMakeAsksTheIndex has a plan whose pinned package has a wheel for 3.12 only.
func TestMakeAsksTheIndex(t *testing.T) {
	folder, home := writeApp(t, ""), state.Home{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte("flask\npsycopg2-binary==2.9.9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		fmt.Fprint(w, `{"files": [{"filename": "psycopg2_binary-2.9.9-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"}]}`)
	}))
	asked := Asked{Folder: folder, Getenv: func(key string) string { return map[string]string{"PIP_INDEX_URL": server.URL}[key] }}
	without, err := Make(t.Context(), asked, home)
	if err != nil || without.App.ManagedPython != "" {
		t.Fatalf("got %+v, %v", without.App, err)
	}
	cache := t.TempDir()
	for range 2 { // the second time without the index
		asked.Index = index.New(asked.Getenv, cache)
		p, err := Make(t.Context(), asked, home)
		if err != nil || p.App.ManagedPython != "3.12.16" || p.Release == without.Release {
			t.Fatalf("got %+v, %v", p.App, err)
		}
		last := p.InOrder()[len(p.InOrder())-1]
		if last.Key != "Python" || last.Value != "3.12, managed" || last.From != "psycopg2-binary 2.9.9 (requirements.txt line 2) has no wheel for 3.13; 3.12 has" {
			t.Errorf("the plan says %+v", last)
		}
		server.Close()
	}
	asked.Getenv = func(key string) string {
		return map[string]string{"PIP_INDEX_URL": server.URL, "UV_PYTHON_INSTALL_MIRROR": "mirror.example"}[key]
	}
	if _, err := Make(t.Context(), asked, home); err == nil || !strings.Contains(err.Error(), "UV_PYTHON_INSTALL_MIRROR is not an address") {
		t.Errorf("with a mirror that is none: %v", err)
	}
	asked.Index = index.New(asked.Getenv, t.TempDir())
	p, err := Make(t.Context(), asked, home)
	if err != nil || p.App.ManagedPython != "" || !strings.Contains(strings.Join(p.App.Warnings, "\n"), "the package index did not answer") {
		t.Errorf("got %q, %v", p.App.Warnings, err)
	}
}
