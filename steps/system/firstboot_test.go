package system

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/shell"
)

// TestFirstBoot has a list for each kind of server, with what the fact would install
// there, and no secret of the app's.
func TestFirstBoot(t *testing.T) {
	p := example.WithServices(example.Plan(t))
	p.App.Packages = []string{"libmagic1"}
	script := Packages.FirstBoot(p)
	if script != Packages.FirstBoot(p) {
		t.Error("it is another one each time")
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-n")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("sh can't parse it: %s", out)
	}
	for kind, want := range map[string]string{"debian 13 no": "apparmor", "debian 12 no": "libmagic1", "ubuntu 24.04 yes": "postgresql", "debian 13 yes": "nginx"} {
		_, list, _ := strings.Cut(script, kind+": ")
		words := strings.Fields(strings.SplitN(list, "\n", 2)[0])
		if !slices.Contains(words, want) || slices.Contains(words, "apparmor") != strings.HasSuffix(kind, " no") {
			t.Errorf("%s, which needs %s: %q", kind, want, words)
		}
	}
	if strings.Contains(script, p.Env["SECRET"]) || len(script) > 12<<10 {
		t.Errorf("%d bytes, or a secret in them", len(script))
	}
}

// TestEndFirstBoot installs as usual where no first boot began, and where that did not
// come to its end.
func TestEndFirstBoot(t *testing.T) {
	if _, err := exec.LookPath("dpkg-query"); err != nil {
		t.Skip("there is no dpkg here")
	}
	for name, c := range map[string]struct {
		began bool
		names []string
		goes  bool
	}{
		"no first boot":  {false, []string{"dpkg"}, true},
		"all are there":  {true, []string{"dpkg", "base-files"}, false},
		"one is missing": {true, []string{"dpkg", "slipway-no-such-package"}, true},
		"one is to go":   {true, []string{"dpkg", "base-files-"}, true},
	} {
		script := filepath.Join(t.TempDir(), "first-boot.sh")
		text := shell.Lines("timeout() { :; }", shell.Script(installedText, nil), shell.Script(firstBootEndText,
			shell.Values{"script": script, "unit": fact.FirstBootUnit, "folder": filepath.Join(t.TempDir(), "fetched"), "log": filepath.Join(t.TempDir(), "log"), "late": filepath.Join(t.TempDir(), "late"), "unpacking": filepath.Join(t.TempDir(), "unpacking")}, c.names...), "echo goes on")
		if c.began {
			text = ": >" + shell.Quote(script) + "\n" + text
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-eu", "-c", text+"; [ ! -e "+shell.Quote(script)+" ]").CombinedOutput()
		if err != nil || strings.Contains(string(out), "goes on") != c.goes {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}
