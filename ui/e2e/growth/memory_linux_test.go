package growth

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// mostMemory is how many megabytes the real binary may take at most, whatever the app's size.
const mostMemory = 60

// measure is a program that runs its words and prints how many kilobytes that took. Linux
// counts the memory of whoever starts a process, too, and this test has much.
const measure = "import resource, subprocess, sys\n" +
	"subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n" +
	"print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"

// TestMemory plans a deployment of an app with 100,000 files, one with 40,000 files of Python,
// and one of 1 GB.
func TestMemory(t *testing.T) {
	localtest.NeedSupport(t)
	o := e2e.NewOperator(t, 2*time.Minute)
	large := folder(t, 0, "", "")
	for _, name := range []string{"a.bin", "b.bin", "c.bin", "d.bin"} {
		write(t, large, name, "")
		if err := os.Truncate(filepath.Join(large, name), 256<<20); err != nil {
			t.Fatal(err)
		}
	}
	for name, dir := range map[string]string{
		"files": folder(t, 100_000, servedName, servedText), "bytes": large,
		"Python files": folder(t, 40_000, pythonName, pythonText),
	} {
		planned := o.Command("--yes", "--plan", "--name", strings.ToLower(strings.ReplaceAll(name, " ", "-")), dir)
		cmd := exec.CommandContext(t.Context(), "python3", append([]string{"-c", measure}, planned.Args...)...)
		cmd.Env, cmd.Dir = planned.Env, planned.Dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		took, err := strconv.Atoi(strings.TrimSpace(string(out)))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d MB", name, took>>10)
		if took>>10 > mostMemory {
			t.Errorf("an app of many %s takes %d MB of memory, more than %d", name, took>>10, mostMemory)
		}
	}
}
