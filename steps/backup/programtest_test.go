package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hostile begins the names of the modules of attacks.
const hostile = "test_hostile"

// TestProgram runs the tests of the program on the server: on folders of their own, and on
// real databases of those kinds that this computer has. They are in Python, as it is.
func TestProgram(t *testing.T) {
	if testing.Short() {
		runModules(t, "test_files", "test_exchange.TestExchange.test_swap_and_back")
		return
	}
	runModules(t, modules(t, false)...)
}

// TestHostileProgram has the app, its visitors, what builds it and those who make dumps
// attack the program on the server.
func TestHostileProgram(t *testing.T) {
	if testing.Short() {
		runModules(t, hostile+".TestHostileFiles")
		return
	}
	runModules(t, modules(t, true)...)
}

// modules are the modules of attacks, or all others.
func modules(t *testing.T, attacks bool) []string {
	t.Helper()
	paths, err := filepath.Glob("programtest/test_*.py")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		if name := strings.TrimSuffix(filepath.Base(path), ".py"); strings.HasPrefix(name, hostile) == attacks {
			found = append(found, name)
		}
	}
	return found
}

// runModules runs modules, or tests in them, by name.
func runModules(t *testing.T, names ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("the program gives rights away, which only root can do")
	}
	cmd := exec.CommandContext(t.Context(), "python3", append([]string{"-B", "-W", "ignore", "-m", "unittest", "--buffer"}, names...)...)
	cmd.Dir, cmd.WaitDelay = "programtest", time.Minute
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
