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

// TestVariablesLimit has a release keep its variables if more would be too many to start
// a program with.
func TestVariablesLimit(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the file is given to root, which only root can do")
	}
	for limit, want := range map[string]string{"20": "A=\"2\"\nB=\"3\"\n", "10": "A=\"1\"\n"} {
		dir := t.TempDir()
		put(t, dir, map[string]string{"variables/now.env": "A=\"1\"\n"})
		if err := os.Symlink("/releases/now", filepath.Join(dir, "current")); err != nil {
			t.Fatal(err)
		}
		out, err := sh(shell.Lines(VariableRecords, shell.Script(variablesText, shell.Values{"id": "now", "unit": "none", "file": dir + "/variables/now.env",
			"next": dir + "/variables/next-now.env", "folder": dir + "/variables", "current": dir + "/current", "omitted": "A B", "limit": limit},
			variableLine("A", "2"), variableLine("B", "3"))))
		text, readErr := os.ReadFile(dir + "/variables/now.env")
		if readErr != nil || string(text) != want || (err == nil) != (limit == "20") || err != nil && !strings.Contains(out, "no program with more than 10") {
			t.Errorf("limit %s: got %q, %v, %v, %s", limit, text, readErr, err, out)
		}
	}
}
