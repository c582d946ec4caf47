package release

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/shell"
)

// TestVariableRecords has the server's own tools read and edit a file of
// variables whose values have everything in them that could end one early.
func TestVariableRecords(t *testing.T) {
	values := map[string]string{
		"PLAIN": "value", "EMPTY": "", "QUOTES": `a "b" 'c' ` + "`d`" + ` $HOME \`, "LAST_QUOTE": `x"`, "BACKSLASHES": `\\`,
		"KEY_FILE": "-----BEGIN KEY-----\nabc\"\nPLAIN=\"no\"\n\\\n\n-----END KEY-----\n", "NEWLINE": "\n", "QUOTED_LINES": "\"\n\"",
	}
	keys := slices.Sorted(maps.Keys(values))
	var file strings.Builder
	for _, key := range keys {
		file.WriteString(variableLine(key, values[key]) + "\n")
	}
	path := filepath.Join(t.TempDir(), "app.env")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(line string) string {
		t.Helper()
		out, err := exec.Command("sh", "-eu", "-c", VariableRecords+"\n"+line).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	records := shell.SplitLines(run(shell.Command("records", path)))
	if len(records) != len(keys) {
		t.Fatalf("%d records of %d variables: %q", len(records), len(keys), records)
	}
	for i, key := range keys {
		if got := shell.Sum(records[i]); got != VariableSum(key, values[key]) {
			t.Errorf("%s has another sum there: %q", key, records[i])
		}
	}
	for _, gone := range keys {
		want := strings.Replace(file.String(), variableLine(gone, values[gone])+"\n", "", 1)
		if got := run(shell.Command("without", gone+" OTHER", path)); got != want {
			t.Errorf("without %s:\n%s\nwant:\n%s", gone, got, want)
		}
	}
}
