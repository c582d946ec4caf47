package app

import (
	"strings"
	"testing"
)

func TestPythonFits(t *testing.T) {
	for _, test := range []struct {
		required, have string
		want           bool
	}{
		{"", "3.13", true},
		{" ", "3.11.2", true},
		{"3.12", "3.12", true}, {"3.12", "3.12.3", true}, {"3.12", "3.13", false}, {"3.12", "3.1", false},
		{"3.12.3", "3.12.3", true}, {"3.12.3", "3.12.4", false}, {"3.12.3", "3.12", true}, {"3.12.3", "3.11", false},
		{"3", "3.13", true}, {"3", "2.7", false}, {"3.*", "3.9", true},
		{"==3.12.*", "3.12.9", true}, {"==3.12.*", "3.13", false}, {"== 3.12.*", "3.12", true}, {"==3.1.*", "3.12", false},
		{"==3.12", "3.12.0", true}, {"==3.12", "3.12.1", false}, {"==3.12", "3.12", true}, {"===3.12.1", "3.12.1", true},
		{">=3.11", "3.11", true}, {">=3.11", "3.11.0", true}, {">=3.11", "3.9", false}, {">=3.9", "3.13.5", true}, {">=3", "3.11", true},
		{">=3.13.2", "3.13", true}, {">=3.13.2", "3.13.1", false}, {">=3.13.2", "3.12", false}, {">=3.14", "3.13.99", false},
		{">3.12", "3.12.1", true}, {">3.12", "3.12.0", false}, {">3.12", "3.12", true}, {">3.13", "3.12", false},
		{"<3.13", "3.12.9", true}, {"<3.13", "3.13", false}, {"<3.13", "3.13.0", false}, {"<3.13.5", "3.13", true}, {"<4", "3.13", true},
		{"<=3.12", "3.12.1", false}, {"<=3.12", "3.12", true}, {"<=3.12", "3.13", false}, {"<=3.13.1", "3.13.1", true},
		{"!=3.12.*", "3.12.4", false}, {"!=3.12.*", "3.13", true}, {"!=3.13.1", "3.13.1", false}, {"!=3.13.1", "3.13", true}, {"!=3.13.1", "3.13.2", true},
		{"~=3.11", "3.13.1", true}, {"~=3.11", "3.10", false}, {"~=3.11", "4.0", false}, {"~=3.11.2", "3.11.4", true},
		{"~=3.11.2", "3.11.1", false}, {"~=3.11.2", "3.12.9", false}, {"~=3.11.2", "3.11", true},
		{">=3.11,<4", "3.13", true}, {">=3.11, <3.13,", "3.13", false}, {">=3.9,!=3.11.*,<4", "3.11.2", false}, {"<4,>=3.11", "3.10", false},
		{">=3.12", "3.13.0rc1", true}, {"v3.12", "3.12", true},
	} {
		got, err := PythonFits(test.required, test.have)
		if err != nil || got != test.want {
			t.Errorf("%q with %q: got %v, %v", test.required, test.have, got, err)
		}
	}
}

func TestPythonFitsRefuses(t *testing.T) {
	for _, test := range []struct{ required, have, want string }{
		{"new", "3.13", `the version of Python "new" can't be understood: write "new" like 3.12`},
		{"^3.11", "3.13", `write "^3.11" like`},
		{">=3.11 <4", "3.13", `write ">=3.11 <4" like`},
		{">=3.11.*", "3.13", `write ">=3.11.*" without .*`},
		{"~=3", "3.13", `write "~=3" with two numbers`},
		{">=3.14.0a1", "3.13", `write ">=3.14.0a1" like`},
		{">=99999999999999999999", "3.13", "is no version"},
		{">=3.11", "", `the server's version of Python "" can't be understood`},
		{"", "three", `the server's version of Python "three"`},
		{"", "3.99999999999999999999", "the server's version of Python"},
	} {
		fits, err := PythonFits(test.required, test.have)
		if err == nil || fits || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q with %q: got %v, %v", test.required, test.have, fits, err)
		}
	}
}

func TestDetectPythonOfManifests(t *testing.T) {
	poetry := func(python string) string {
		return "[tool.poetry.dependencies]\npython = '" + python + "'\n"
	}
	for _, test := range []struct{ file, text, want string }{
		{"pyproject.toml", poetry("^3.11"), ">=3.11,<4"},
		{"pyproject.toml", poetry("~3.11"), ">=3.11,<3.12"},
		{"pyproject.toml", poetry("~3"), ">=3,<4"},
		{"pyproject.toml", poetry("^3.11.2, !=3.12.0"), ">=3.11.2,<4,!=3.12.0"},
		{"pyproject.toml", poetry(">= 3.9, <3.14"), ">=3.9,<3.14"},
		{"pyproject.toml", poetry("*"), ""},
		{"pyproject.toml", "[project]\nrequires-python = '>=3.12'\n" + poetry("^3.11"), ">=3.12"},
		{"Pipfile", "[requires]\npython_version = '3.12'\n[packages]\n", "3.12"},
	} {
		found, err := Detect(files("a.py", flaskApp, "requirements.txt", "flask", test.file, test.text), Settings{})
		if err != nil || found.PythonVersion != test.want || found.Warnings != nil {
			t.Errorf("%q: got %q, %q, %v", test.text, found.PythonVersion, found.Warnings, err)
		}
		if _, err := PythonFits(found.PythonVersion, "3.13"); err != nil {
			t.Errorf("%q: what is found can't be used: %v", test.text, err)
		}
	}
	found, err := Detect(files("a.py", flaskApp, "requirements.txt", "flask", "pyproject.toml", poetry("^3.9 || ^4.0")), Settings{})
	if err != nil || found.PythonVersion != "" || len(found.Warnings) != 1 {
		t.Errorf("got %+v, %v", found, err)
	}
}
