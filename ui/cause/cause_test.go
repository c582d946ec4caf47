package cause

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/engine"
)

// outputs are those in testdata, each with the lead and the cause that are wanted.
var outputs = map[string][2]string{
	"gunicorn-import":     {"release: ", "ModuleNotFoundError: No module named 'shop' (wsgi.py:3)"},
	"gunicorn-no-module":  {"release: ", "ModuleNotFoundError: No module named 'shop'"},
	"gunicorn-halt":       {"release: ", "KeyError: 'DATABASE_URL'"},
	"journal":             {"release: ", "KeyError: 'SECRET_KEY' (shop/settings.py:12)"},
	"container":           {"app: ", "KeyError: 'SECRET_KEY' (shop/settings.py:12)"},
	"chained":             {"tests: ", "ValueError: bad settings (a.py:9)"},
	"syntax":              {"build: ", "SyntaxError: invalid syntax (shop/urls.py:4)"},
	"syntax-alone":        {"pre-switch: ", "SyntaxError: invalid syntax (migrate.py:1)"},
	"cut-off":             {"tests: ", "shop.cart.Missing: no such item (shop/cart.py:40)"},
	"group":               {"release: ", "ValueError: x (grp.py:1)"},
	"pytest":              {"tests: ", "FAILED test_shop.py::test_price - assert 9 == 10 (test_shop.py:12)"},
	"pip-resolver":        {"dependencies: ", "No matching distribution found for flask==99.0"},
	"pip-build":           {"dependencies: ", "psycopg2 can't be built: Error: pg_config executable not found."},
	"pip-build-traceback": {"dependencies: ", "oldlib can't be built: ModuleNotFoundError: No module named 'numpy'"},
	"uv-resolver": {"dependencies: ", "Because there is no version of flask==99.0 and you require flask==99.0, " +
		"we can conclude that your requirements are unsatisfiable."},
	"git":          {"dependencies: ", "fatal: unable to access 'https://git.example.org/me/smalllib/': Could not resolve host: git.example.org"},
	"shell":        {"tests: ", "sh: 1: foo: not found"},
	"bash":         {"pre-switch: ", "/srv/app-shop/releases/08d4abc35ca1/src/release.sh: line 3: foo: command not found"},
	"apt":          {"packages: ", "E: Unable to locate package libfoo"},
	"nginx":        {"proxy: ", `nginx: [emerg] host not found in upstream "shop" in /etc/nginx/sites-enabled/shop:3`},
	"wrong-status": {"release: ", "the release answered with status 503 at /, and one below 500 is wanted"},
	"last-line":    {"tests: ", "not today"},
	"no-output":    {"", "tests: it failed with status 1"},
	"no-program":   {"", "connection: the server at 192.0.2.1 did not let us in within 3m0s: dial tcp 192.0.2.1:22: i/o timeout"},
	"two-errors":   {"", "certificate: the authority refused: too many certificates"},
}

func TestOf(t *testing.T) {
	for name, want := range outputs {
		message, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got := Of(string(message))
		if got.Lead != want[0] || got.String() != want[1] {
			t.Errorf("%s: got %q and %q\nwant %q and %q", name, got.Lead, got.String(), want[0], want[1])
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil || len(files) != len(outputs) {
		t.Errorf("testdata has %d files for %d forms (%v)", len(files), len(outputs), err)
	}
}

// TestNothingIsLost: the cause and the rest have every line of the text.
func TestNothingIsLost(t *testing.T) {
	for name := range outputs {
		message, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		got := Of(string(message))
		said := got.Lead + got.Line + "\n" + got.Lead + strings.Join(got.Rest, "\n")
		for line := range strings.SplitSeq(strings.Replace(string(message), ": ", ":\n", 2), "\n") {
			if !strings.Contains(said, strings.TrimRight(line, " ")) {
				t.Errorf("%s: the line %q is lost", name, line)
			}
		}
	}
}

// TestHostileOutput: an app prints whatever it likes.
func TestHostileOutput(t *testing.T) {
	for _, output := range []string{"", "\n", "\x1b[2J\x1b]0;t\x07", tracebackHeader, tracebackHeader + "\n", "  File \"\", line 99999999999999999999", "\xff\xfe", "it differs from release "} {
		got := Of("tests: it failed with status 1: " + output)
		if got.Line == "" {
			t.Errorf("%q has no cause", output)
		}
		all := append(slices.Clone(got.Rest), got.Lead, got.Line, got.File)
		if text := strings.Join(all, ""); strings.ContainsAny(text, "\x1b\x07\n") {
			t.Errorf("%q leaves %q", output, text)
		}
	}
	hostile := "release: it failed with status 1: Traceback (most recent call last):\n  File \"a\x1b[2J.py\", line 3, in f\nKeyError: 'x'\x07"
	if got := Of(hostile).String(); got != "KeyError: 'x' (a.py:3)" {
		t.Errorf("got %q", got)
	}
}

// TestReport: whatever a program prints, one line begins with "error: " and one
// with "hint: ".
func TestReport(t *testing.T) {
	got := Report(&engine.Problem{Error: "tests: it failed with status 1: error: a\nhint: b\nerror: c", Hint: "run it again"})
	want := []string{"error: tests: error: c", "hint: run it again", "    it failed with status 1:", "    error: a", "    hint: b", "    error: c"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Report(&engine.Problem{Error: "there is no deployment shop"}); !slices.Equal(got, []string{"error: there is no deployment shop"}) {
		t.Errorf("got %q", got)
	}
}
