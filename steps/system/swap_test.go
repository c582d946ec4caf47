package system

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/shell"
)

func TestSwap(t *testing.T) {
	small := fact.System{Memory: 460}
	ours := ""
	for _, f := range swapFiles {
		ours += shell.Sum(f.Content) + "  " + f.Path + "\n644 root:root " + f.Path + "\n"
	}
	for name, c := range map[string]struct {
		system fact.System
		looked string
		want   string // what the last change is, or nothing
	}{
		"not looked at":  {fact.System{}, "", "make 1024 MB of swap if the server has less than 1000 MB of memory"},
		"none":           {small, "total 0\nfree 5000\n", "make 1024 MB of swap"},
		"ours":           {small, "total 1048572\nfree 5000\n" + ours, ""},
		"ours, not on":   {small, "total 0\nfree 5000\n" + ours, "make 1024 MB of swap"},
		"ours, changed":  {small, "total 9\nfree 5000\n" + strings.Replace(ours, shell.Sum(swappinessFile.Content), shell.Sum("x"), 1), "write " + swappinessFile.Path},
		"somebody's own": {small, "total 2000000\nfree 5000\n", ""},
		"disk is short":  {small, "total 0\nfree 1500\n", ""},
		"enough memory":  {fact.System{Memory: 1970}, "total 0\nfree 5000\n", ""},
		"container":      {fact.System{Memory: 460, Container: true}, "total 0\nfree 5000\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			changes := decideSwap(fact.View{System: c.system, Looked: c.looked})
			got := ""
			if len(changes) > 0 {
				got = changes[len(changes)-1].What
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestSwapFile makes a swap file that only root can read, in the place of another file.
func TestSwapFile(t *testing.T) {
	if _, err := exec.LookPath("mkswap"); err != nil {
		t.Skip("there is no mkswap here")
	}
	path := filepath.Join(t.TempDir(), "swapfile")
	if err := os.WriteFile(path, []byte("what an earlier run left"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := shell.Script(swapText, shell.Values{"file": path, "megabytes": "2"})
	if out, err := exec.Command("sh", "-euc", script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != 2<<20 || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v", info, err)
	}
	if data, err := os.ReadFile(path); err != nil || !bytes.Contains(data, []byte("SWAPSPACE2")) {
		t.Errorf("it is no swap: %v", err)
	}
}
