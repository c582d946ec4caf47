package restores

import (
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestRollbackWithData takes code and data back to before a migration, and forward again.
func TestRollbackWithData(t *testing.T) {
	localtest.NeedMachines(t)
	s := newStore(e2e.NewOperator(t, 4*time.Minute), "restores-back")
	first := s.deploy()
	s.add("ann", "bob")
	s.version("2")
	second := s.deploy()
	s.add("cid", "dee", "eve")
	s.says("version 2: 5 customers")

	refused := s.Run("rollback", "--with-data", "-y", s.name)
	if refused.Code != 2 || !strings.Contains(refused.Stderr, "--lose-data") || !strings.Contains(refused.Stderr, "3 rows of") {
		t.Errorf("-y alone: exit %d\n%s", refused.Code, refused.Stderr)
	}
	s.says("version 2: 5 customers")

	back := s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	if strings.TrimSpace(back.Stdout) != first {
		t.Errorf("stdout is %q, want %s", back.Stdout, first)
	}
	s.says("version 1: 2 customers")
	s.add("fay")

	s.Must(append(putBack(t, back.Stderr), "-y")...)
	s.says("version 2: 5 customers")
	s.add("gus")
	if again := s.Deploy(s.folder, "--name", s.name); again.Changed || again.Release != second {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}

	s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	s.says("version 1: 2 customers")
	s.deploy() // the migration has to run again over this data
	s.says("version 2: 2 customers")
	s.add("hal")
	if left := s.Root(s.name, "ls /var/lib/slipway/set-aside | grep -c t || :"); left != "0" && left != "1" {
		t.Errorf("%s pieces of replaced data are left after a release", left)
	}
}

// putBack is the command that was printed, which puts replaced data back.
func putBack(t *testing.T, stderr string) []string {
	t.Helper()
	_, after, found := strings.Cut(stderr, "this puts it back: slipway ")
	line, _, _ := strings.Cut(after, "\n")
	if !found {
		t.Fatalf("no command puts it back:\n%s", stderr)
	}
	return strings.Fields(line)
}
