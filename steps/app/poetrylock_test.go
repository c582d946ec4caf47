package app

import (
	"strings"
	"testing"
)

// TestPoetry1Extras has a package of which one extra is asked for and one is
// not; the lock holds what both bring.
func TestPoetry1Extras(t *testing.T) {
	found, err := Detect(files("app.py", flaskApp,
		"pyproject.toml", "[tool.poetry.dependencies]\nA_lib = { version = '*', extras = ['x'], python = '^3.8' }\nopt = { version = '*', optional = true }\n",
		"poetry.lock", `[[package]]
name = "a-lib"
version = "1"
[package.dependencies]
b = { version = "*", optional = true, markers = "extra == 'x' and os_name == 'posix'" }
c = { version = "*", optional = true, markers = "extra == 'y'" }
d = [{ version = "<2", markers = "python_version < '3.10'" }, { version = ">=1", markers = "python_version >= '3.10'" }]
[package.extras]
x = ["B (>=1)"]
y = ["c"]
[[package]]
name = "b"
version = "2"
[[package]]
name = "c"
version = "3"
[[package]]
name = "d"
version = "4"
[[package]]
name = "opt"
version = "5"
optional = true
`), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	const since38 = `python_version >= "3.8" and python_full_version < "4"`
	want := "a-lib==1 ; " + since38 + `
b==2 ; os_name == 'posix' and ` + since38 + `
d==4 ; (python_version < '3.10' and ` + since38 + `) or (` + since38 + ` and python_version >= '3.10')`
	if got := strings.Join(found.Requirements.Packages, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
