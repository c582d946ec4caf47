package release

import (
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/shell"
)

// TestWantedForBuild has the Debian packages found that builds lacked, by what they
// printed.
func TestWantedForBuild(t *testing.T) {
	const base = "build-essential pkg-config python3-dev"
	for _, test := range []struct{ name, log, want string }{
		{"no compiler, by setuptools", "error: command 'gcc' failed: No such file or directory", base},
		{"no compiler, by its whole name", "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", base},
		{"no compiler, by Python", "FileNotFoundError: [Errno 2] No such file or directory: 'gcc'", base},
		{"no compiler, by the shell", "/bin/sh: 1: gcc: not found", base},
		{"no compiler, by uWSGI", "Exception: you need a C compiler to build uWSGI", base},
		{"no compiler, by meson", "../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]", base},
		{"Python's own headers", "src/x.c:5:10: fatal error: Python.h: No such file or directory", base},
		{"psycopg2", "Error: pg_config executable not found.", "libpq-dev"},
		{"mysqlclient", "/bin/sh: 1: pkg-config: not found\nException: Can not find valid pkg-config name.", base + " default-libmysqlclient-dev"},
		{"lxml", "Error: Please make sure the libxml2 and libxslt development packages are installed.", "libxml2-dev libxslt1-dev"},
		{"Pillow", "The headers or library files could not be found for jpeg,\na required dependency", "libfreetype-dev libjpeg-dev zlib1g-dev"},
		{"cryptography", "Cargo, the Rust package manager, is not installed or is not on PATH.", "cargo"},
		{"git", "error: Git executable not found. Ensure that Git is installed and available.", "git"},
		{"a version that does not exist", "Because there is no version of flask==99 and you require flask==99, we can conclude that your requirements are unsatisfiable.", ""},
		{"the network", "error: Failed to fetch: `https://pypi.org/simple/xmlsec/`\ndns error: failed to lookup address information: Name or service not known", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, map[string]string{"log": test.log + "\n"})
			out, err := sh(shell.Lines(shell.Script(buildPackagesText, shell.Values{
				"build_list": dir + "/list", "build_log": dir + "/log", "app_packages": ""}), "wanted_for_build"))
			if got := strings.Join(strings.Fields(out), " "); err != nil || !sameWords(got, test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func sameWords(a, b string) bool {
	words := map[string]int{}
	for word := range strings.FieldsSeq(a) {
		words[word]++
	}
	for word := range strings.FieldsSeq(b) {
		words[word]--
	}
	for _, n := range words {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestLogged keeps what a command prints, and its status.
func TestLogged(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	functions := shell.Script(buildPackagesText, shell.Values{"build_list": log + ".list", "build_log": log, "app_packages": ""})
	const script = `
two() { echo out; echo err >&2; return "$1"; }
logged two 0 && echo well
logged two 3 || echo badly
grep -c . "$build_log"`
	out, err := sh(functions + script)
	if err != nil || strings.Count(out, "out\n") != 2 || !strings.Contains(out, "well\n") || !strings.HasSuffix(out, "badly\n4\n") {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestDependenciesAfterAnInterruptedBuild has what a build left behind removed, though
// the environment is whole.
func TestDependenciesAfterAnInterruptedBuild(t *testing.T) {
	v := fact.View{Plan: example.Plan(t), System: example.System()}
	whole := "complete " + venvOf(v) + "\nlink " + venvOf(v) + " " + v.Layout().Venv(v.Plan.Release) + "\n"
	for looked, want := range map[string]int{whole: 0, whole + "building\n": 1} {
		v.Looked = looked
		if got := Dependencies.Decide(v); len(got) != want {
			t.Errorf("%q: got %v", looked, got)
		}
	}
}

// TestSourceFunctions has a copy of the source made where something of it is built, and
// only there.
func TestSourceFunctions(t *testing.T) {
	v := fact.View{Plan: example.Plan(t), System: example.System()}
	for _, test := range []struct {
		name string
		req  app.Requirements
		// has are texts of the functions, and folder whether a copy is what uv works in.
		has    []string
		copied bool
	}{
		{"nothing local", app.Requirements{Packages: []string{"flask"}}, []string{"copy_source() {\n:\n}", "with_projects() (\n:\n)"}, false},
		{"a project", app.Requirements{Projects: []string{".", "it's $x"}}, []string{"cp -rT", ` -e ./. -e './it'"'"'s $$x'`, "SETUPTOOLS_SCM_PRETEND_VERSION=0"}, true},
		{"a path", app.Requirements{Paths: true, Files: []string{"requirements.txt"}}, []string{"cp -rT", "with_projects() (\n:\n)"}, true},
		{"other text", app.Requirements{Rewritten: map[string]string{"requirements.txt": "flask\n"}}, []string{"cp -rT", "/source/requirements.txt", "rm -rf"}, true},
	} {
		v.Plan.App.Requirements = test.req
		got := sourceFunctions(v)
		for _, want := range test.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in\n%s", test.name, want, got)
			}
		}
		if copied := installFolder(v) == sourceCopy(v); copied != test.copied {
			t.Errorf("%s: works in %s", test.name, installFolder(v))
		}
		if out, err := sh(got, "-n"); err != nil {
			t.Errorf("%s: %v: %s", test.name, err, out)
		}
	}
}
