package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/layout"
	"slipway/steps/shell"
)

// TestDifference has a real shell compare two releases on disk.
func TestDifference(t *testing.T) {
	root := t.TempDir()
	l := layout.Layout{User: "app-x"}
	const current, changed = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for release, flask := range map[string]string{current: "flask-3.1.3", changed: "flask-3.2.0"} {
		write(l.Source(release)+"/same.py", "1")
		write(l.Source(release)+"/web/app.py", release)
		for _, pkg := range []string{flask, "click-8.1"} {
			write(l.Release(release)+"/venv/lib/python3.13/site-packages/"+pkg+".dist-info/RECORD", "")
		}
	}
	write(l.Source(changed)+"/web/new.py", "")
	write(l.Source(current)+"/old.py", "")
	write(l.Variables(current), "SAME=\"1\"\nKEY=\"a secret\"\nLONG=\"one\nOTHER=\ntwo\"\n")
	write(l.Variables(changed), "KEY=\"another secret\"\nLONG=\"one\nOTHER=\nthree\"\nSAME=\"1\"\n")
	if err := os.Symlink(filepath.Join(root, l.Release(current)), filepath.Join(root, l.Current())); err != nil {
		t.Fatal(err)
	}
	difference := func(id string) string {
		t.Helper()
		script := strings.NewReplacer("/srv/app-x", root+"/srv/app-x", layout.VariablesFolder, root+layout.VariablesFolder).Replace(
			shell.Lines(differenceFunctions(), shell.Command("difference", l.Current(), l.Release(id), layout.VariablesFolder)))
		out, err := exec.Command("sh", "-eu", "-c", script).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	const want = `it differs from release aaaaaaaaaaaa, which goes on, in
  files: old.py (removed), web/app.py, web/new.py (new)
  packages: - flask-3.1.3, + flask-3.2.0
  variables: KEY, LONG
`
	if got := difference(changed); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := difference(current); got != "" {
		t.Errorf("the current release differs from itself: %s", got)
	}
}
