package backups

import (
	"strings"
	"testing"
)

// overSSH has backups go to a user of an sshd, which takes the server's key only once it is
// told to.
func (s *site) overSSH(t *testing.T) {
	s.Root(app, `useradd --create-home --shell /bin/sh keeper`)
	host := s.Root(app, `cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub`)
	to := "sftp:keeper@127.0.0.1:backups/" + app
	said := s.Must("--yes", "--sample", "hello", "--name", app, "--backup-to", to, "--backup-host-key", host)
	key := strings.TrimSpace(s.Must("backup", "key", "--ssh", app).Stdout)
	if !strings.HasPrefix(key, "ssh-ed25519 ") || !strings.Contains(said.Stderr, key) {
		t.Errorf("the deployment does not show the key %q to allow\n%s", key, said.Stderr)
	}
	if r := s.Run("backup", "now", app); r.Code != 1 || !strings.Contains(r.Stderr, "does not take this server's key") {
		t.Errorf("before the key is allowed: exit %d\n%s", r.Code, r.Stderr)
	}
	s.Root(app, `install -d -m 700 -o keeper -g keeper ~keeper/.ssh && echo '`+key+`' >~keeper/.ssh/authorized_keys && chown keeper: ~keeper/.ssh/authorized_keys`)
	s.pardoned(t)
	s.ids = nil // the earlier ones are elsewhere
	s.good(t)
	s.Must("backup", "drill", app)
	if c := s.condition(t); !c.OK {
		t.Errorf("status says %+v", c)
	}
	s.Root(app, `printf '127.0.0.1 %s\n' "$(ssh-keygen -q -t ed25519 -N '' -f /root/other >/dev/null; cut -d' ' -f1,2 /root/other.pub)" >/etc/slipway/backup_known_hosts`)
	s.bad(t, "another host key")
	s.Deploy("--sample", "hello", "--name", app) // puts the known host key back
	s.pardoned(t)
	s.good(t)
	s.Root(app, `rm -rf ~keeper/backups`)
	s.bad(t, "the repository that has the earlier backups is gone")
	s.ids = nil
	s.Must("backup", "now", "--begin-anew", app)
	s.good(t)
}

// pardoned waits until sshd takes connections again: after logins that it refused, it takes
// none from their address for some seconds (PerSourcePenalties).
func (s *site) pardoned(t *testing.T) {
	t.Helper()
	s.Root(app, `for try in $(seq 300); do ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null | grep -q . && exit; sleep 0.2; done; exit 1`)
}
