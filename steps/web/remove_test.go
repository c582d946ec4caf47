package web

import (
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/shell"
)

// TestRemove has sh parse what destroy runs, and what a domain that was given up
// leaves to remove.
func TestRemove(t *testing.T) {
	p := example.Plan(t)
	script := shell.Lines(Remove(p), Proxy.Script(fact.View{Plan: p, System: example.System(), Looked: certificateTimer().Path}))
	cmd := exec.Command("sh", "-n")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, script)
	}
	for _, path := range []string{certificatePath, acmeState, acmePrograms, logsFolder, secureSiteFile(p), rotationTimer.Path} {
		if !strings.Contains(Remove(p), path) {
			t.Errorf("%s stays:\n%s", path, Remove(p))
		}
	}
}
