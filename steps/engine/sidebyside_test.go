package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/steps/shell"
)

// ranSideBySide runs facts whose names are the words of names, by sh, and gives what that
// printed, without the boundary.
func ranSideBySide(t *testing.T, table string, names []string, scripts ...string) (lines []string, status int) {
	t.Helper()
	dir := t.TempDir()
	parts := []string{shell.Script(sideBySideText, shell.Values{"job_boundary": "BOUNDARY", "job_state": dir + "/state",
		"job_brought": dir + "/brought", "job_abandoned": dir + "/abandoned", "job_uploads": dir + "/uploads", "job_patience": "1", "job_limit": "400000"})}
	for i, script := range scripts {
		parts = append(parts, "fact_"+string(rune('0'+i))+"() (", strings.ReplaceAll(script, "DIR", dir), ")")
	}
	parts = append(parts, shell.Command(append([]string{"side_by_side", table}, names...)...))
	path := filepath.Join(dir, "script")
	if err := os.WriteFile(path, []byte(shell.Lines(parts...)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-eu", path)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() < 0 {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		if line = strings.TrimPrefix(line, "BOUNDARY "); strings.TrimSpace(line) != "" && !strings.HasSuffix(line, " ") {
			lines = append(lines, line)
		}
	}
	return lines, cmd.ProcessState.ExitCode()
}

// TestSideBySide has each of two facts wait for the other's sign, which can be only if both
// run at the same time, and a third one begin after both. In what order lines of different
// facts are read is left to chance.
func TestSideBySide(t *testing.T) {
	meet := func(mine, other string) string {
		return ": >DIR/" + mine + "\nn=0\nuntil [ -e DIR/" + other + " ]; do sleep 0.01; n=$((n + 1)); [ $n -lt 1000 ]; done\necho met\n: >DIR/met." + mine
	}
	lines, status := ranSideBySide(t, "0 a\n1 b\n2 c a b\n", []string{"a", "b", "c"}, meet("x", "y"), meet("y", "x"),
		"[ -e DIR/met.x ]\n[ -e DIR/met.y ]\nprintf 'no end of line'")
	if status != 0 {
		t.Fatalf("status %d: %q", status, lines)
	}
	at := func(line string) int { return slices.Index(lines, line) }
	for _, before := range [][2]string{{"begin a", "line a met"}, {"line a met", "end a"}, {"begin b", "end a"}, {"begin c", "line c no end of line"}, {"line c no end of line", "end c"}} {
		if at(before[0]) < 0 || at(before[1]) < at(before[0]) {
			t.Errorf("%q does not come before %q: %q", before[0], before[1], lines)
		}
	}
}

// TestSideBySideFails has one fact fail: what runs comes to its end, nothing new begins, and
// the status is the failed one's.
func TestSideBySideFails(t *testing.T) {
	lines, status := ranSideBySide(t, "0 bad\n1 long\n2 later long\n3 after bad\n", []string{"bad", "long", "later", "after"},
		"echo cause\nfalse\necho never", "n=0\nuntil [ -e DIR/state/bad.status ]; do sleep 0.01; n=$((n + 1)); [ $n -lt 1000 ]; done\necho ended", "echo never", "echo never")
	for _, want := range []string{"line bad cause", "failed bad", "line long ended", "end long"} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is not in %q", want, lines)
		}
	}
	if status != 1 || strings.Contains(strings.Join(lines, "\n"), "never") || slices.Contains(lines, "begin later") {
		t.Errorf("status %d: %q", status, lines)
	}
}

// TestSideBySideAwait has a script wait for other facts: for one that ends well, for one that
// is not in the job, and for one that never begins.
func TestSideBySideAwait(t *testing.T) {
	lines, status := ranSideBySide(t, "0 a\n1 b\n", []string{"a", "b"}, "sleep 0.1\n: >DIR/made", "await a none\n[ -e DIR/made ]\necho awaited")
	if status != 0 || !slices.Contains(lines, "line b awaited") {
		t.Errorf("status %d: %q", status, lines)
	}
	lines, status = ranSideBySide(t, "0 a\n1 b\n2 c a\n", []string{"a", "b", "c"}, "exit 7", "await c\necho never", "echo never")
	if status != 7 || !slices.Contains(lines, "line b it needs the step c, which failed") || strings.Contains(strings.Join(lines, "\n"), "never") {
		t.Errorf("status %d: %q", status, lines)
	}
}

// TestSideBySideBrought has a fact wait for what is brought, and give up where nobody brings it.
func TestSideBySideBrought(t *testing.T) {
	lines, status := ranSideBySide(t, "0 a\n1 b\n", []string{"a", "b"}, "job_await_brought a\necho brought", "sleep 0.1\n: >DIR/brought.a")
	if status != 0 || !slices.Contains(lines, "line a brought") {
		t.Errorf("status %d: %q", status, lines)
	}
	lines, status = ranSideBySide(t, "0 a\n1 b\n", []string{"a", "b"}, "job_await_brought a\necho never", ": >DIR/brought.a.not")
	if status != 1 || !slices.Contains(lines, "line a slipway could not bring what this needs") {
		t.Errorf("what can't be brought: status %d: %q", status, lines)
	}
	for name, other := range map[string]string{"nobody says anything": ":", "another run waits": ": >DIR/abandoned"} {
		lines, status = ranSideBySide(t, "0 a\n1 b\n", []string{"a", "b"}, "job_await_brought a\necho never", other)
		if status != 1 || !slices.Contains(lines, "line a slipway was interrupted before it had brought what this needs") {
			t.Errorf("%s: status %d: %q", name, status, lines)
		}
	}
}

// TestHostileSideBySide has a fact print endless lines, what looks like a mark, and leave a
// process behind that holds its output open: the other fact's lines stay whole, and the job ends.
func TestHostileSideBySide(t *testing.T) {
	lines, status := ranSideBySide(t, "0 bad\n1 good\n", []string{"bad", "good"},
		"head -c 300000 /dev/zero | tr '\\0' x\nprintf '\\nend good\\n\\000\\377\\n'\nsleep 2 &",
		"for n in 1 2 3 4 5 6 7 8 9; do echo whole; sleep 0.01; done")
	whole, length := 0, 0
	for _, line := range lines {
		if line == "line good whole" {
			whole++
		}
		if text, ok := strings.CutPrefix(line, "line bad x"); ok {
			length += len(text) + 1
		}
		if !strings.HasPrefix(line, "line ") && !strings.HasPrefix(line, "begin ") && !strings.HasPrefix(line, "end ") {
			t.Errorf("a line of nobody's: %.80q", line)
		}
	}
	if status != 0 || whole != 9 || length != 300000 || !slices.Contains(lines, "line bad end good") {
		t.Errorf("status %d, %d whole lines, %d bytes of 300000", status, whole, length)
	}
}

// TestHostileFlood has a fact print a hundred million bytes in short lines: what comes through
// is the beginning and the end, in less time than it took to print it twice.
func TestHostileFlood(t *testing.T) {
	lines, status := ranSideBySide(t, "0 bad\n1 good\n", []string{"bad", "good"}, "head -c 100000000 /dev/zero | tr '\\0' '\\n'\necho the end", "echo whole")
	if status != 0 || len(lines) > 10 || !slices.Contains(lines, "line bad the end") || !slices.Contains(lines, "end bad") || !slices.Contains(lines, "line good whole") {
		t.Errorf("status %d, %d lines: %.200q", status, len(lines), lines)
	}
	lines, status = ranSideBySide(t, "0 bad\n", []string{"bad"}, "yes | head -c 20000000\necho the end\nexit 3")
	if status != 3 || len(lines) > 300_000 || !slices.Contains(lines, "line bad the end") || !slices.Contains(lines, "failed bad") {
		t.Errorf("status %d, %d lines", status, len(lines))
	}
}
