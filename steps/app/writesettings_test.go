package app

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// TestWriteSettingsRoundTrip writes what was found, reads it and looks again:
// what is to be run and installed stays the same.
func TestWriteSettingsRoundTrip(t *testing.T) {
	fastAPI := "from fastapi import FastAPI\napi = FastAPI()\n"
	odd := "sh -c 'exec gunicorn \"a:app\" --access-logformat \"\\t%(h)s\"'"
	for name, fsys := range map[string]fstest.MapFS{
		"imports":          files("server.py", flaskApp),
		"requirements.txt": files("server.py", flaskApp, "requirements.txt", "flask", "runtime.txt", "python-3.12.1"),
		"in a folder":      files("web/app.py", flaskApp, "web/requirements.txt", "flask"),
		"src layout":       files("src/shop/__init__.py", "from flask import Flask\ndef create_app():\n    return Flask('x')\n", "pyproject.toml", "[project]\ndependencies=['flask']\nrequires-python='>=3.9, !=3.9.0'\n"),
		"asgi":             files("main.py", fastAPI),
		"procfile":         files("a.py", flaskApp, "requirements.txt", "flask", "Procfile", "web: gunicorn a:app -w 3 --bind :$PORT\nworker: python w.py\n"),
		"odd command":      files("a.py", flaskApp, "requirements.txt", "flask", "Procfile", "web: "+odd+"\n"),
		"nothing needed":   files("a.py", "app = 1\n", "Procfile", "web: gunicorn a:app\n"),
		"odd python":       files("a.py", flaskApp, "pyproject.toml", "[project]\nrequires-python='===3.12'\n"),
		"uv":               lockedFolder(t, "uv"),
		"poetry":           lockedFolder(t, "poetry"),
		"pipenv":           lockedFolder(t, "pipenv"),
	} {
		t.Run(name, func(t *testing.T) {
			found, err := Detect(fsys, Settings{TestCommand: `python -c "print('\n')"`})
			if err != nil {
				t.Fatal(err)
			}
			text := WriteSettings(found, "shop-1", Health{Path: "/up"})
			fsys[SettingsFile] = &fstest.MapFile{Data: []byte(text)}
			file, err := ReadSettings(fsys)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			again, err := Detect(fsys, file.App)
			if err != nil {
				t.Fatalf("%v with\n%s", err, text)
			}
			if a, b := asRun(found), asRun(again); file.Name != "shop-1" || a != b || file.Health != (Health{Path: "/up"}) {
				t.Errorf("found %s\nagain %s\nwith\n%s", a, b, text)
			}
		})
	}
}

// asRun is what is found, without the reasons.
func asRun(f Found) string {
	f.Reasons, f.Warnings = nil, nil
	return fmt.Sprintf("%+v", f)
}

func TestWriteSettingsSaysWhy(t *testing.T) {
	fsys, err := Sample("hello")
	if err != nil {
		t.Fatal(err)
	}
	found, err := Detect(fsys, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	text := WriteSettings(found, "hello", Health{})
	for _, want := range []string{
		"\n# web app: server:app, from server.py line ", "\nwsgi = \"server:app\"\n", "\n# test-command = ",
		"\n# Found by the imports in server.py: Flask, Flask-RESTful.\n# requirements = ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// Each line that is offered as a comment is one that would be taken.
	var offered strings.Builder
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "# "); ok && (strings.Contains(rest, " = ") || strings.HasPrefix(rest, "[")) {
			line = rest
		}
		offered.WriteString(line)
	}
	file, err := ReadSettings(files(SettingsFile, offered.String()))
	if err != nil || file.Provider == "" || len(file.Domain) == 0 || file.TestCommand == "" || file.App.Requirements == "" || file.App.Python == "" || len(file.Env) == 0 || file.Health != (Health{"/", 200, 60}) {
		t.Errorf("got %+v, %v with\n%s", file, err, offered.String())
	}
}

// TestWriteSettingsKeepsCommentsApart has names that would end a comment or a
// string.
func TestWriteSettingsKeepsCommentsApart(t *testing.T) {
	found := Found{
		Target: "a:app", Server: WSGI, TestCommand: "a\nb\"\\\x01\xff",
		Processes:    map[string]string{"x": "y\" # \\ 'evil'"},
		Requirements: Requirements{Files: []string{"a\"\n.txt"}, Source: "a"},
		Reasons:      []Reason{{"web app", "a:app", "b\rc\nname = 'evil'"}},
	}
	file, err := ReadSettings(files(SettingsFile, WriteSettings(found, "shop", Health{Status: 204})))
	if err != nil || file.Name != "shop" || file.Health.Status != 204 || file.TestCommand != "a\nb\"\\\x01?" || file.App.Requirements != "a\"\n.txt" {
		t.Errorf("got %+v, %v", file, err)
	}
}
