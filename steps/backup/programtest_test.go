package backup

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestProgram runs the tests of the program on the server: on folders of their own, and on
// real databases of those kinds that this computer has. They are in Python, as it is.
func TestProgram(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the program gives rights away, which only root can do")
	}
	words := []string{"-B", "-W", "ignore", "-m", "unittest", "--buffer"}
	if testing.Short() {
		words = append(words, "test_files", "test_hostile.TestHostileFiles", "test_exchange.TestExchange.test_swap_and_back")
	}
	cmd := exec.CommandContext(t.Context(), "python3", words...)
	cmd.Dir, cmd.WaitDelay = "programtest", time.Minute
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
