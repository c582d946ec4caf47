package lockout

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// TestHostKey follows the host key from the first boot's to one that was made on
// the server, through kills, a change that is put back, and a server made anew.
func TestHostKey(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 5*time.Minute)
	args := []string{"--sample", "hello"}
	at := func(status engine.Status) func(string, engine.Status) bool {
		return func(step string, s engine.Status) bool { return step == "host-key" && s == status }
	}
	if !o.KillAt(syscall.SIGKILL, at(engine.Changing), args...) {
		t.Fatal("the first run was not killed")
	}
	o.Deploy(args...)
	first := rotated(o)
	t.Run("known to the operator's own ssh", func(t *testing.T) { knows(For(o, t)) })
	t.Run("killed in between", func(t *testing.T) {
		o := For(o, t)
		o.Root("hello", Places["host key"].drift)
		if !o.KillAt(syscall.SIGKILL, at(engine.Applied), args...) {
			t.Fatal("the run was not killed")
		}
		o.Deploy(args...)
		if second := rotated(o); second == first {
			t.Error("the key was not replaced")
		}
		if again := o.Deploy(args...); again.Changed {
			t.Errorf("something is left to change: %v", again.Steps)
		}
	})
	t.Run("put back", func(t *testing.T) {
		o := For(o, t)
		Try(o, "hello", Places["host key"], Breakages["missing key"], args...)
		rotated(o)
	})
	t.Run("a server in place of one that is gone", func(t *testing.T) {
		o := For(o, t)
		folder, kept := o.State().Folder("hello"), t.TempDir()
		for _, file := range []string{"state.json", "id_ed25519", "host_ed25519"} {
			carry(t, filepath.Join(kept, file), filepath.Join(folder, file))
		}
		o.Must("destroy", "-y", "--lose-data", "hello")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"state.json", "id_ed25519", "host_ed25519"} {
			carry(t, filepath.Join(folder, file), filepath.Join(kept, file))
		}
		o.Deploy(args...)
		rotated(o)
	})
}

// rotated checks that the only host key on record is one that the first boot's
// data does not have, and returns it. The private half of the first boot's is no
// longer on this computer either.
func rotated(o *e2e.Operator) string {
	o.T.Helper()
	record, err := o.State().Read("hello")
	if err != nil || len(record.Server.HostKeys) != 1 {
		o.T.Fatalf("pinned: %v, %v", record.Server.HostKeys, err)
	}
	key := record.Server.HostKeys[0]
	seed := o.Root("hello", "cat /var/lib/cloud/seed/nocloud/user-data")
	private, err := os.ReadFile(filepath.Join(o.State().Folder("hello"), "host_ed25519"))
	if err != nil {
		o.T.Fatal(err)
	}
	body := strings.Split(string(private), "\n")[2]
	if !strings.Contains(seed, "ed25519_public") || strings.Contains(seed, key) || strings.Contains(seed, body) {
		o.T.Errorf("the first boot's data has the host key %s, or the one kept for a server made anew", key)
	}
	if shown := o.Root("hello", "cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub; ls -d /var/lib/slipway/host-key 2>/dev/null; :"); shown != key {
		o.T.Errorf("the server has %q, pinned is %q", shown, key)
	}
	return key
}

// knows logs in with the operator's own ssh, which knows the server by the line
// that slipway prints for it.
func knows(o *e2e.Operator) {
	o.T.Helper()
	known := filepath.Join(o.T.TempDir(), "known_hosts")
	if err := os.WriteFile(known, []byte(o.Must("ssh", "hello", "--known-hosts").Stdout), 0o600); err != nil {
		o.T.Fatal(err)
	}
	record, err := o.State().Read("hello")
	if err != nil {
		o.T.Fatal(err)
	}
	out, err := exec.Command("ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile="+known,
		"-o", "GlobalKnownHostsFile=none", "-o", "IdentitiesOnly=yes", "-i", filepath.Join(o.State().Folder("hello"), "id_ed25519"),
		"deploy@"+record.Server.Address, "id", "-un").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "deploy" {
		o.T.Errorf("ssh: %v: %s", err, out)
	}
}

func carry(t *testing.T, to, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
