package app

import (
	"os"
	"testing"
)

func FuzzLockFiles(f *testing.F) {
	for folder, file := range map[string]string{"uv": "uv.lock", "uvfork": "uv.lock", "poetry": "poetry.lock", "poetry1": "poetry.lock", "pipenv": "Pipfile.lock"} {
		for _, manifest := range []string{"pyproject.toml", "Pipfile"} {
			lock, err := os.ReadFile("testdata/" + folder + "/" + file)
			if err != nil {
				f.Fatal(err)
			}
			if text, err := os.ReadFile("testdata/" + folder + "/" + manifest); err == nil {
				f.Add(file, string(lock), manifest, string(text))
			}
		}
	}
	f.Fuzz(func(t *testing.T, file, lock, manifest, text string) {
		if lockReaders[file] == nil || manifest != "pyproject.toml" && manifest != "Pipfile" {
			t.Skip()
		}
		found, err := Detect(files("app.py", flaskApp, file, lock, manifest, text), Settings{})
		if err != nil {
			return
		}
		for _, p := range found.Requirements.Packages {
			if found.Requirements.Locked && !nameForm.MatchString(requirementName(p)) {
				t.Errorf("pip is given %q", p)
			}
		}
	})
}
