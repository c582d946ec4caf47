// Package lockout breaks the changes that could lock an operator out of a real
// server, and checks that the server lets the operator in again by itself. It
// works on any server that package e2e can deploy to.
package lockout

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/e2e"
)

// RevertAfter is how long the server waits here, in place of minutes, unless the
// operator's environment says otherwise.
const RevertAfter = plan.RevertAfterVariable + "=10s"

// Place is a change that goes wrong while it is made.
type Place struct {
	// Step is the step that makes the change.
	Step string
	// drift makes the change necessary again.
	drift string
	// tool stands before the one that makes the change take effect, where arguments
	// match; after is whether the breakage comes after it.
	tool, match string
	after       bool
}

// Places are the changes that decide who comes in, and to which server.
var Places = map[string]Place{
	"sshd":     {Step: "sshd", drift: "rm /etc/ssh/sshd_config.d/00-slipway.conf", tool: "/usr/bin/systemctl", match: `try-re*ssh.service`},
	"host key": {Step: "host-key", drift: "echo other >/var/lib/slipway/host-key.made", tool: "/usr/bin/systemctl", match: `try-re*ssh.service`},
	"firewall": {Step: "firewall", drift: "nft delete table inet slipway", tool: "/usr/sbin/nft", match: `-f\ /etc/nftables.conf`, after: true},
}

// Breakages are the ways to be locked out, as root on the server.
var Breakages = map[string]string{
	"wrong port":   `sed -i '1i Port 2222' /etc/ssh/sshd_config.d/*.conf /etc/ssh/sshd_config; /usr/bin/systemctl restart ssh.service`,
	"missing key":  `rm -f ~deploy/.ssh/authorized_keys`,
	"22 dropped":   `/usr/sbin/nft insert rule inet slipway input tcp dport 22 drop`,
	"sudo asks":    `echo 'deploy ALL=(ALL) ALL' >/etc/sudoers.d/99-asks; chmod 440 /etc/sudoers.d/99-asks`,
	"sshd is gone": `echo 'Nonsense yes' >/etc/ssh/sshd_config.d/zz.conf; /usr/bin/systemctl stop ssh.service`,
}

// Trap has the next change at the place go wrong: once, and right when it is made.
func (p Place) Trap(o *e2e.Operator, name, breakage string) {
	o.T.Helper()
	order := []string{breakage, p.tool + ` "$@"`}
	if p.after {
		order = []string{p.tool + ` "$@"`, breakage}
	}
	base := p.tool[strings.LastIndexByte(p.tool, '/')+1:]
	o.Root(name, fmt.Sprintf(`cat >/usr/local/sbin/%[1]s <<'TRAP'
#!/bin/sh
case $* in
%[2]s) rm -f "$0"
%[3]s
exit;;
esac
exec %[4]s "$@"
TRAP
chmod 755 /usr/local/sbin/%[1]s
%[5]s`, base, p.match, strings.Join(order, "\n"), p.tool, p.drift))
}

// Try has a change of a deployment that works go wrong at the place, and checks
// that the run fails and says so, that the app answers all the while, and that
// the operator comes in again and can deploy as before.
func Try(o *e2e.Operator, name string, place Place, breakage string, args ...string) {
	o.T.Helper()
	place.Trap(o, name, breakage)
	broken := *o
	broken.Env = append([]string{RevertAfter}, o.Env...)
	r := broken.Run(append([]string{"--yes"}, args...)...)
	if r.Code != 1 {
		o.T.Fatalf("a run that locks its operator out ended with %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	for _, want := range []string{"the change of " + place.Step + " could not be proven by a new login", "the server puts the old state back at ", "run the same command again"} {
		if !strings.Contains(r.Stderr, want) {
			o.T.Errorf("the error does not say %q:\n%s", want, r.Stderr)
		}
	}
	Answers(o, name)
	Recovers(o, name)
	Answers(o, name)
	if again := o.Deploy(args...); !again.Changed {
		o.T.Errorf("the change was not put back: %v", again.Steps)
	}
}

// Killed has a change go wrong like Try, but kills slipway as soon as the change
// was made: only the server is left to notice. env is added to slipway's.
func Killed(o *e2e.Operator, name string, place Place, breakage string, env string, args ...string) {
	o.T.Helper()
	place.Trap(o, name, breakage)
	broken := *o
	broken.Env = append([]string{env}, o.Env...)
	made := func(step string, status engine.Status) bool { return step == place.Step && status == engine.Applied }
	if !broken.KillAt(syscall.SIGKILL, made, args...) {
		o.T.Fatal("the run was not killed")
	}
}

// Recovers waits until the operator can log in and become root.
func Recovers(o *e2e.Operator, name string) {
	o.T.Helper()
	e2e.Until(o.T, "the operator to come in again", func() bool {
		client, err := o.Login(name, "deploy")
		if err != nil {
			return false
		}
		defer client.Close()
		out, err := client.Output(o.T.Context(), "id -u")
		return err == nil && strings.TrimSpace(out) == "0"
	})
}

// Answers checks that the app does.
func Answers(o *e2e.Operator, name string) {
	o.T.Helper()
	record, err := o.State().Read(name)
	if err != nil {
		o.T.Fatal(err)
	}
	if status, _ := e2e.Ask(o.T, record.URL); status != 200 {
		o.T.Errorf("the app answers with status %d", status)
	}
}

// For is an operator whose failures are those of another test.
func For(o *e2e.Operator, t testing.TB) *e2e.Operator {
	other := *o
	other.T = t
	return &other
}
