package docker

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers/docker/dockertest"
	"slipway/ui/e2e"
)

// user runs slipway as a user without privileges.
type user struct {
	t      *testing.T
	home   string
	binary string
	env    []string
}

// newUser gives a user a home and the binary.
func newUser(t *testing.T, env []string) *user {
	t.Helper()
	home, err := os.MkdirTemp("", "slipway-user-")
	failOn(t, err)
	t.Cleanup(func() { failOn(t, os.RemoveAll(home)) })
	binary, err := os.ReadFile(e2e.Slipway(t))
	failOn(t, err)
	u := &user{t: t, home: home, binary: filepath.Join(home, "slipway"), env: append(env, "HOME="+home, "XDG_STATE_HOME=", "XDG_CACHE_HOME=", "XDG_RUNTIME_DIR=", "SLIPWAY_HOME=")}
	failOn(t, os.WriteFile(u.binary, binary, 0o755))
	failOn(t, os.Chown(home, dockertest.UserID, dockertest.UserID))
	return u
}

// run runs slipway, as front says.
func (u *user) run(front []string, args ...string) (code int, stdout, stderr string) {
	u.t.Helper()
	words := append(append(append([]string{}, front...), u.binary), args...)
	cmd := exec.Command(words[0], words[1:]...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = u.home, append(os.Environ(), u.env...), &out, &errs
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// TestMember deploys as a user without privileges: one of the engine's group can, others
// are told how to.
func TestMember(t *testing.T) {
	o := newOperator(t)
	u := newUser(t, o.Env)
	code, _, stderr := u.run(o.engine.Stranger(), "--yes", "--provider", "docker", "--sample", "hello")
	if code != 3 || !strings.Contains(stderr, "permission") || !strings.Contains(stderr, "docker") {
		t.Errorf("a stranger: exit %d, want 3:\n%s", code, stderr)
	}
	code, stdout, stderr := u.run(o.engine.Member(), "--yes", "--provider", "docker", "--sample", "hello")
	if code != 0 {
		t.Fatalf("a member: exit %d\n%s", code, stderr)
	}
	asks(t, stdout[strings.LastIndex(strings.TrimSpace(stdout), "\n")+1:len(stdout)-1], "Hello World")
	if code, stdout, stderr := u.run(o.engine.Member(), "destroy", "-y", "--lose-data", "hello"); code != 0 {
		t.Errorf("destroy: exit %d\n%s%s", code, stdout, stderr)
	}
}
