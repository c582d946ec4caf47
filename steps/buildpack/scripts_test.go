package buildpack

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/plan"
)

// dyno is the archive of a plan in a folder, where its scripts are run as a dyno runs them.
type dyno struct {
	t      *testing.T
	folder string
	files  map[string]string
}

func newDyno(t *testing.T, p plan.Plan) dyno {
	t.Helper()
	d := dyno{t, filepath.Join(t.TempDir(), "it's a folder"), packed(t, p)}
	for name, content := range d.files {
		path := filepath.Join(d.folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// run runs a line for bash with the profile's variables, and these.
func (d dyno) run(line string, variables ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), "bash", "-c", "for f in .profile.d/*.sh; do . $f; done; "+line)
	cmd.Dir, cmd.Env = d.folder, append([]string{"HOME=" + d.folder, "PATH=" + os.Getenv("PATH")}, variables...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return string(out)
}

// process is a line of the Procfile.
func (d dyno) process(name string) string {
	for line := range strings.Lines(d.files["Procfile"]) {
		if rest, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// TestProfile finds the app's modules wherever its folder is, and leaves a person's
// variables as they are.
func TestProfile(t *testing.T) {
	d := newDyno(t, planOfFolder(t, "../../ui/e2e/shapes/testdata/django-start", nil))
	if got, want := d.run(`printf %s "$PYTHONPATH $DJANGO_SETTINGS_MODULE $SLIPWAY_HOSTS"`), d.folder+":"+d.folder+"/.slipway slipway_settings *"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := d.run(`printf %s "$PYTHONPATH $DJANGO_SETTINGS_MODULE"`, "DJANGO_SETTINGS_MODULE=own", "PYTHONPATH=/own"); got != "/own own" {
		t.Errorf("got %s", got)
	}
}

const kept = "[app]\ndata = ['shop.db']\n"

// TestReleasePhase runs the tests first, without databases and Slipway's settings, and then
// what the app says; what was found by reading runs again where the web starts.
func TestReleasePhase(t *testing.T) {
	shows := `printf '%s\n' "test ${DATABASE_URL-none} ${REDIS_URL-none} ${OTHER-none}"`
	for name, test := range map[string]struct {
		files map[string]string
		flags map[string]string
		env   []string
		want  string
		web   bool // the web's line makes the tables
	}{
		"nothing":       {map[string]string{}, nil, nil, "", false},
		"given":         {map[string]string{"slipway.toml": "[app]\nrelease = 'echo release $OTHER'\n"}, nil, []string{"OTHER=o"}, "release o\n", false},
		"tests":         {map[string]string{"Procfile": "release: echo release\n"}, map[string]string{plan.KeyTestCommand: shows, plan.KeyService: "postgres"}, []string{"DATABASE_URL=d", "REDIS_URL=r", "OTHER=o"}, "test none r o\nrelease\n", false},
		"failing tests": {map[string]string{"Procfile": "release: echo release\n"}, map[string]string{plan.KeyTestCommand: "echo no; exit 3"}, nil, "no\nexit status 3", false},
		"before web":    {map[string]string{"Procfile": "web: sh prepare && gunicorn app:app\n", "prepare": "#!/bin/sh\necho prepared\n"}, nil, nil, "prepared\n", true},
		"a migration":   {map[string]string{"slipway.toml": kept + "release = 'flask db upgrade'\n", "bin/flask": "#!/bin/sh\necho flask $*\n"}, nil, nil, "flask db upgrade\n", true},
		"its own data":  {map[string]string{"slipway.toml": kept + "release = 'echo other'\n"}, nil, nil, "other\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			test.files["app.py"] = flaskApp
			d := newDyno(t, planOf(t, test.files, test.flags))
			if got := d.run("chmod +x prepare bin/* 2>/dev/null; PATH=$PWD/bin:$PATH; "+d.process("release"), test.env...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := strings.HasPrefix(d.process("web"), "sh .slipway/tables.sh web || :; exec "); got != test.web {
				t.Errorf("the web is %s", d.process("web"))
			}
		})
	}
}

// TestTestsSettings has pytest choose its own settings, and Django's tests the app's.
func TestTestsSettings(t *testing.T) {
	for command, want := range map[string]string{
		"printf '%s\n' \"pytest ${DJANGO_SETTINGS_MODULE-none}\"": "pytest none\n",
		"printf '%s\n' \"test ${DJANGO_SETTINGS_MODULE-none}\"":   "test slipway_settings\n",
	} {
		p := planOfFolder(t, "../../ui/e2e/shapes/testdata/django-start", map[string]string{plan.KeyTestCommand: command})
		p.App.Release = ""
		d := newDyno(t, p)
		if got := d.run(d.process("release")); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q", command, got)
		}
	}
}

// TestMigrationOfAServer leaves a migration to the release phase if the database is a server.
func TestMigrationOfAServer(t *testing.T) {
	p := planOf(t, map[string]string{"app.py": flaskApp, "slipway.toml": "[app]\nrelease = 'flask db upgrade'\n", "bin/flask": "#!/bin/sh\necho flask $*\n"}, nil)
	d := newDyno(t, p)
	for variable, want := range map[string]string{"NONE=": "flask db upgrade\n", "DATABASE_URL=sqlite:///x.db": "flask db upgrade\n", "DATABASE_URL=postgres://x": ""} {
		if got := d.run("chmod +x bin/*; PATH=$PWD/bin:$PATH; sh .slipway/tables.sh web", variable); got != want {
			t.Errorf("%s: the web runs %q, want %q", variable, got, want)
		}
		if got := d.run("PATH=$PWD/bin:$PATH; "+d.process("release"), variable); got != "flask db upgrade\n" {
			t.Errorf("%s: the release phase runs %q", variable, got)
		}
	}
}

// TestTables makes them once for a file of a database that is there, as on a server.
func TestTables(t *testing.T) {
	p := planOf(t, map[string]string{"app.py": flaskApp, "slipway.toml": "[app]\ndata = ['instance/']\n"}, nil)
	p.App.Init, p.App.Release, p.App.ReleaseAgain = "echo init >>instance/shop.db", "echo upgrade >>log", true
	d := newDyno(t, p)
	for range 2 {
		if got := d.run("mkdir -p instance; sh .slipway/tables.sh; cat instance/shop.db"); got != "init\n" {
			t.Errorf("got %q", got)
		}
	}
	if got := d.run("cat log"); got != "upgrade\nupgrade\n" {
		t.Errorf("got %q", got)
	}
}

// TestHook runs the app's own hook, then installs, then builds, with the app's variables.
func TestHook(t *testing.T) {
	p := planOf(t, map[string]string{"app.py": flaskApp, "bin/post_compile": "#!/bin/sh\necho own\n", "src/greet.py": ""}, nil)
	p.App.Requirements.Projects, p.App.Build, p.App.PythonPath = []string{"src"}, `echo "build $PYTHONPATH $HOME"`, "src"
	d := newDyno(t, p)
	python := "#!/bin/sh\necho python3 \"$@\" $SETUPTOOLS_SCM_PRETEND_VERSION\n"
	if err := errors.Join(os.Mkdir(filepath.Join(d.folder, "tools"), 0o755), os.WriteFile(filepath.Join(d.folder, "tools/python3"), []byte(python), 0o755)); err != nil {
		t.Fatal(err)
	}
	got := d.run("export HOME=/else PATH=$PWD/tools:$PATH; unset PYTHONPATH; sh bin/post_compile")
	want := "own\npython3 -m pip install --disable-pip-version-check --no-cache-dir --progress-bar off --no-deps -e ./src 0\nbuild " +
		d.folder + "/src:" + d.folder + " /else\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
