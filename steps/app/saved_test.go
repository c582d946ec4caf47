package app

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestDetectHoweverSaved has every file that is read in each form that editors give it.
func TestDetectHoweverSaved(t *testing.T) {
	plain := map[string]string{
		Procfile: "worker: python w.py\nweb: gunicorn shop:app -w 3\n", "shop.py": flaskApp, "w.py": "",
		"requirements.txt": "flask==3.0\n", ".python-version": "3.12\n", IgnoreFile: "old.py\n", "old.py": flaskApp,
		SettingsFile: "name = \"shop\"\n[app]\nrelease = \"flask db upgrade\"\n",
	}
	forms := map[string]func(string) string{
		"as it is":          func(s string) string { return s },
		"byte order mark":   func(s string) string { return "\ufeff" + s },
		"Windows":           func(s string) string { return "\ufeff" + strings.ReplaceAll(s, "\n", "\r\n") },
		"old Mac":           func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
		"UTF-16":            func(s string) string { return inUTF16(strings.ReplaceAll(s, "\n", "\r\n"), false) },
		"UTF-16, the other": func(s string) string { return inUTF16(s, true) },
	}
	for name, form := range forms {
		fsys := fstest.MapFS{}
		for file, text := range plain {
			if !strings.HasSuffix(file, ".py") || !strings.HasPrefix(name, "UTF-16") {
				text = form(text)
			}
			fsys[file] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
		file, err := ReadSettings(fsys)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := Detect(fsys, file.App)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Target != "shop:app" || got.Processes["worker"] != "python w.py" || got.Release != "flask db upgrade" || got.PythonVersion != "3.12" || got.Warnings != nil {
			t.Errorf("%s: got %+v", name, got)
		}
		if _, err := got.DependencyHash(fsys); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDetectNamesWhatIsNoText(t *testing.T) {
	for file, want := range map[string]string{
		Procfile:           "Procfile can't be read: line 2 is no text, because it is not UTF-8: save the file as UTF-8",
		"requirements.txt": "requirements.txt can't be read: line 2 is no text",
		IgnoreFile:         ".slipwayignore can't be read: line 2 is no text",
		".python-version":  ".python-version can't be read: line 2 is no text",
		"pyproject.toml":   "pyproject.toml can't be read: line 2 is no text",
		"shop.py":          "shop.py can't be loaded by Python: line 2 is no text",
	} {
		fsys := files("shop.py", flaskApp, "requirements.txt", "")
		fsys[file] = &fstest.MapFile{Data: []byte("# one\n# caf\xe9\n" + string(fsys["shop.py"].Data)), Mode: 0o644}
		got, err := Detect(fsys, Settings{})
		if err == nil {
			_, err = got.DependencyHash(fsys)
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v", file, err)
		}
	}
}

func TestDetectProcfileNotes(t *testing.T) {
	got, err := Detect(files("shop.py", flaskApp, "requirements.txt", "",
		Procfile, "# comment\n\nweb gunicorn a:app\n worker: x\nweb:\nclock: a\nclock: b\nweb: gunicorn shop:app\n"), Settings{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`Procfile line 3 is not read, because it is not of the form "name: command"`,
		`Procfile line 4 is not read, because it is not of the form "name: command"`,
		`Procfile line 5 is not read, because it is not of the form "name: command"`,
		"Procfile names clock twice: line 7 is used, and line 6 is not",
	}
	if strings.Join(got.Warnings, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got.Warnings)
	}
}

// TestDetectOtherCase: a list of requirements is read whatever the case of its name.
func TestDetectOtherCase(t *testing.T) {
	for _, file := range []string{"Requirements.txt", "requirements.TXT"} {
		got, err := Detect(files("shop.py", flaskApp, file, "flask\n"), Settings{})
		if err != nil || got.Requirements.Source != file {
			t.Errorf("%s: got the requirements of %q, %v", file, got.Requirements.Source, err)
		}
	}
}

func TestDetectMisnamed(t *testing.T) {
	for _, test := range []struct{ file, warned, refused string }{
		{"procfile", "procfile is not read, because its name is not Procfile: rename it (git mv procfile Procfile)", ""},
		{"PROCFILE", "PROCFILE is not read", ""},
		{"Slipway.toml", "Slipway.toml is not read, because its name is not slipway.toml", ""},
		{"requirement.txt", "", "requirement.txt is not read"},
		{"Procfile.windows", "", ""},
		{"requirements-dev.txt", "", ""},
	} {
		got, err := Detect(files("shop.py", flaskApp, test.file, "x"), Settings{})
		if test.refused != "" {
			if err == nil || !strings.HasPrefix(err.Error(), test.refused) {
				t.Errorf("%s: got %v", test.file, err)
			}
			continue
		}
		if warned := strings.Join(got.Warnings, "\n"); err != nil || !strings.HasPrefix(warned, test.warned) || test.warned == "" && warned != "" {
			t.Errorf("%s: got %q, %v", test.file, warned, err)
		}
	}
}

func TestDetectScripts(t *testing.T) {
	for _, test := range []struct {
		name, command, text string
		mode                fs.FileMode
		want                string
	}{
		{"as it should be", "./run.sh", "#!/bin/sh\nexec x\n", 0o755, ""},
		{"not executable", "./run.sh", "#!/bin/sh\n", 0o644, "run.sh, which Procfile line 2 starts, is not executable: type chmod +x run.sh"},
		{"behind another command", "python x.py && exec ./run.sh -v", "#!/bin/sh\n", 0o644, "run.sh, which Procfile line 2 starts, is not executable"},
		{"read by a shell", "sh run.sh", "echo\n", 0o644, ""},
		{"Windows", "./run.sh", "#!/bin/sh\r\necho\r\n", 0o755, "run.sh, which Procfile line 2 starts, has Windows line ends"},
		{"Windows, read by a shell", "bash -e ./run.sh", "echo\r\n", 0o644, "run.sh, which Procfile line 2 starts, has Windows line ends"},
		{"byte order mark", "./run.sh", "\ufeff#!/bin/sh\n", 0o755, "run.sh, which Procfile line 2 starts, begins with a byte order mark"},
		{"UTF-16", "sh run.sh", inUTF16("echo\n", false), 0o755, "run.sh, which Procfile line 2 starts, begins with a byte order mark"},
		{"Python on Windows", "python run.sh", "print()\r\n", 0o644, ""},
		{"with a variable", "A=b env C=d ./run.sh", "#!/bin/sh\n", 0o644, "run.sh, which Procfile line 2 starts, is not executable"},
		{"in another folder", "cd x && ./run.sh", "#!/bin/sh\n", 0o644, ""},
		{"a program", "./run.sh", "\x7fELF\x00", 0o755, ""},
		{"no file", "./gone.sh", "", 0o644, ""},
	} {
		fsys := files("shop.py", flaskApp, "requirements.txt", "", Procfile, "web: gunicorn shop:app\nrelease: "+test.command+"\n")
		fsys["run.sh"] = &fstest.MapFile{Data: []byte(test.text), Mode: test.mode}
		_, err := Detect(fsys, Settings{})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: got %v", test.name, err)
		}
		if _, err := Detect(fsys, Settings{Release: "true"}); err != nil {
			t.Errorf("%s: slipway.toml has another command, and got %v", test.name, err)
		}
	}
}
