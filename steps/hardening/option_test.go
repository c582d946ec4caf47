package hardening

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"slipway/steps/shell"
)

// TestOptionEndsTheLastLine has a real shell set an option in files of others.
func TestOptionEndsTheLastLine(t *testing.T) {
	for before, want := range map[string]string{
		"":                   "UMASK 027\n",
		"OTHER 1":            "OTHER 1\nUMASK 027\n",
		"OTHER 1\n":          "OTHER 1\nUMASK 027\n",
		"UMASK 022":          "UMASK 027\n",
		"OTHER 1\nUMASK 022": "OTHER 1\nUMASK 027\n",
	} {
		path := filepath.Join(t.TempDir(), "login.defs")
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		var a actions
		option{file: path, key: "UMASK", separator: " ", value: "027"}.apply(&a)
		// What is kept of the file, the first of the lines, is root's to keep.
		if out, err := exec.Command("sh", "-euc", shell.Lines(a.shell[1:]...)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%q became %q, %v, want %q", before, got, err, want)
		}
	}
}
