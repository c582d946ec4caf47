package fact_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// TestReads has two facts read files, one of them both's, and a link whose target has lines
// that claim to be about another file. One look is made for both, and each is dealt what it
// asked for.
func TestReads(t *testing.T) {
	dir := t.TempDir()
	mine, both, link := filepath.Join(dir, "mine"), filepath.Join(dir, "both"), filepath.Join(dir, "link")
	for _, path := range []string{mine, both} {
		if err := os.WriteFile(path, []byte("content\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	forged := shell.Sum("forged\n") + "  " + mine
	if err := os.Symlink("/x\n"+forged+"\n"+strings.Repeat("x", 20), link); err != nil {
		t.Fatal(err)
	}
	reads := func(paths ...string) func(plan.Plan) fact.Reads {
		return func(plan.Plan) fact.Reads { return fact.Reads{Files: paths} }
	}
	nothing := func(plan.Plan) string { return "echo own" }
	first := &fact.Fact{Name: "first", Reads: reads(mine, both), Look: nothing}
	second := &fact.Fact{Name: "second", Reads: reads(both, link), Look: nothing}
	third := &fact.Fact{Name: "third", Look: nothing}

	var parts []string
	for _, f := range []*fact.Fact{first, second, third} {
		parts = append(parts, shell.Section(f.Name, f.Look(plan.Plan{})))
	}
	script := shell.Lines(append(parts, fact.ReadsOf(plan.Plan{}, first, second, third).Sections()...)...)
	if n := strings.Count(script, "sha256sum"); n != 1 {
		t.Errorf("files are read %d times", n)
	}
	out, err := exec.Command("/bin/sh", "-c", shell.Sectioned("--b", script)).Output()
	if err != nil {
		t.Fatal(err)
	}
	sections := shell.Sections("--b", string(out))
	for f, want := range map[*fact.Fact][]string{first: {mine, both}, second: {both}, third: {}} {
		got := f.Deal(plan.Plan{}, sections)
		for _, path := range []string{mine, both} {
			there := strings.Contains(got, shell.Sum("content\n")+"  "+path+"\n")
			if wanted := strings.Contains(strings.Join(want, "\n")+"\n", path+"\n"); there != wanted {
				t.Errorf("%s has %s: %v, in %q", f.Name, path, there, got)
			}
		}
		if strings.Contains(got, forged) {
			t.Errorf("%s has a line that a link's target made up: %q", f.Name, got)
		}
		if !strings.HasSuffix(got, "own\n") {
			t.Errorf("%s has not what its own look printed last: %q", f.Name, got)
		}
	}
	if got := third.Deal(plan.Plan{}, sections); got != "own\n" {
		t.Errorf("who reads nothing is dealt %q", got)
	}
}

// TestUnitsAreDealt has a unit's two blocks go to who asked for it, apart from what its own
// look printed.
func TestUnitsAreDealt(t *testing.T) {
	asks := func(name string) *fact.Fact {
		return &fact.Fact{Name: name, Reads: func(plan.Plan) fact.Reads { return fact.Reads{Units: []string{name + ".service"}} }}
	}
	sections := map[string]string{
		"units of facts": "Id=a.service\nActiveState=active\nUnitFileState=disabled\n\nId=b.service\nActiveState=failed\nUnitFileState=\n\nId=a.service\nWanted=yes\n",
		"a":              "Id=a.service\nActiveState=failed\n", "b": "UnitFileState=enabled\n",
	}
	for name, want := range map[string]string{"a": "active enabled", "b": "failed disabled"} {
		units := shell.UnitsByID(asks(name).Deal(plan.Plan{}, sections))
		if got := units[name+".service"].State(); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
