package access

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/plan"
	"slipway/steps/shell"
)

// TestShellIsWellFormed has sh parse what is no fact's look or script.
func TestShellIsWellFormed(t *testing.T) {
	for name, script := range map[string]string{
		"sudo": EnsureSudo, "remove": Remove(plan.Plan{Tag: "slipway-it's-1"}),
	} {
		cmd := exec.Command("sh", "-n")
		cmd.Stdin = strings.NewReader(script)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, script)
		}
	}
}

// TestMakeHostKey makes a key once, and again after a run that was cut off.
func TestMakeHostKey(t *testing.T) {
	next := filepath.Join(t.TempDir(), "host-key")
	makeKey := func() string {
		t.Helper()
		out, err := exec.Command("sh", "-c", shell.Script(hostKeyMakeText, shell.Values{"next": next})).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		keys, err := ParseHostKeys([]string{strings.TrimSpace(string(out))})
		if err != nil || keys[0].Type() != "ssh-ed25519" {
			t.Fatalf("it printed %q: %v", out, err)
		}
		return string(out)
	}
	first := makeKey()
	if again := makeKey(); again != first {
		t.Errorf("the second run made another key: %s, not %s", again, first)
	}
	private, err := os.ReadFile(filepath.Join(next, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if pair, err := ParsePrivateKey(private, next); err != nil || pair.Public() != strings.TrimSpace(first) {
		t.Errorf("the private half is of another key, %v", err)
	}
	if info, err := os.Stat(filepath.Join(next, "key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the key: %v, %v", info.Mode(), err)
	}
	if err := os.Remove(filepath.Join(next, "key.pub")); err != nil {
		t.Fatal(err)
	}
	if after := makeKey(); after == first {
		t.Error("a key of which only one half was kept was taken for whole")
	}
}
