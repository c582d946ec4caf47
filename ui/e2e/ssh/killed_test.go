package ssh

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// TestSSHKilled kills slipway where a server that exists could be left shut:
// while its own user is made, and while root's login goes.
func TestSSHKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s, o, flags := bareAndOperator(t)
	other, _ := newKey(t, "other", "")
	if r := o.Run(append([]string{"--yes"}, s.flags("root", "--identity", other, "--host-key-fingerprint", s.fingerprint())...)...); r.Code != 3 || !strings.Contains(r.Stderr, "--identity") {
		t.Errorf("with a key that does not fit: exit %d\n%s", r.Code, r.Stderr)
	}
	for _, at := range []string{"connection", "sshd"} {
		if !o.KillAt(syscall.SIGKILL, func(step string, status engine.Status) bool { return step == at && status == engine.Changing }, flags...) {
			t.Errorf("step %s had nothing to do", at)
		}
	}
	last := o.Deploy(flags...)
	if status, body := e2e.Ask(t, last.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if again := o.Deploy(flags...); again.Changed {
		t.Errorf("something was left to change: %v", again.Steps)
	}
}

// TestSSHGivesUp fails a first deployment that was asked to leave nothing.
func TestSSHGivesUp(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s, o, flags := bareAndOperator(t)
	r := o.Run(append([]string{"--yes", "--on-failure", "destroy", "--test-command", "false"}, flags...)...)
	if r.Code != 1 {
		t.Errorf("exit %d\n%s", r.Code, r.Stderr)
	}
	if left := s.root(t, "ls -d /etc/slipway /var/lib/slipway /srv/app-hello 2>/dev/null || :"); left != "" {
		t.Errorf("on the server is left: %s", left)
	}
	if _, err := os.Stat(o.State().Folder("hello")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the deployment's folder is still there")
	}
}
