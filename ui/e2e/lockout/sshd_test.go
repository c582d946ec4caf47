package lockout

import (
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestSSHD meets servers whose sshd is not as it looks.
func TestSSHD(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 4*time.Minute)
	args := []string{"--sample", "hello"}
	o.Deploy(args...)
	drift := Places["sshd"].drift
	t.Run("a port that somebody did not finish to change", func(t *testing.T) {
		o := For(o, t)
		o.Root("hello", "echo 'Port 2222' >/etc/ssh/sshd_config.d/50-port.conf; "+drift)
		r := o.Run(append([]string{"--yes"}, args...)...)
		if r.Code != 1 || !strings.Contains(r.Stderr, "sshd listens at port 22, and its settings do not say so any more") {
			t.Errorf("exit %d\n%s", r.Code, r.Stderr)
		}
		if left := o.Root("hello", "ls -d /var/lib/slipway/guard /etc/ssh/sshd_config.d/00-slipway.conf 2>/dev/null; :"); left != "" {
			t.Errorf("something was begun: %s", left)
		}
		o.Root("hello", "rm /etc/ssh/sshd_config.d/50-port.conf")
		o.Deploy(args...)
	})
	t.Run("a drop-in that comes first, and a Match block", func(t *testing.T) {
		o := For(o, t)
		o.Root("hello", "printf 'PermitRootLogin yes\\n' >/etc/ssh/sshd_config.d/00-aaa.conf")
		broken := *o
		broken.Env = append([]string{RevertAfter}, o.Env...)
		r := broken.Run(append([]string{"--yes"}, args...)...)
		if r.Code != 1 || !strings.Contains(r.Stderr, "sshd's PermitRootLogin is no") {
			t.Errorf("exit %d\n%s", r.Code, r.Stderr)
		}
		o.Root("hello", "rm /etc/ssh/sshd_config.d/00-aaa.conf; printf 'Match User root\\n\\tPermitRootLogin yes\\n' >>/etc/ssh/sshd_config")
		if r := broken.Run(append([]string{"--yes"}, args...)...); r.Code != 1 || !strings.Contains(r.Stderr, "sshd's PermitRootLogin is no") {
			t.Errorf("exit %d\n%s", r.Code, r.Stderr)
		}
		Recovers(o, "hello")
		o.Root("hello", `sed -i '/^Match User root/,$d' /etc/ssh/sshd_config`)
		o.Deploy(args...)
	})
	t.Run("started by a socket", func(t *testing.T) {
		o := For(o, t)
		o.Root("hello", `mkdir -p /etc/systemd/system/ssh.socket.d
printf '[Socket]\nListenStream=\nListenStream=22\nListenStream=2222\n' >/etc/systemd/system/ssh.socket.d/ports.conf
systemctl daemon-reload
systemctl --quiet disable ssh.service
systemctl stop ssh.service
systemctl --quiet enable --now ssh.socket
`+drift)
		o.Deploy(args...)
		if rules := o.Root("hello", "nft list table inet slipway"); !strings.Contains(rules, "2222") {
			t.Errorf("the socket's port is closed:\n%s", rules)
		}
		if again := o.Deploy(args...); again.Changed {
			t.Errorf("something is left to change: %v", again.Steps)
		}
		Try(o, "hello", Places["sshd"], Breakages["missing key"], args...)
	})
}
