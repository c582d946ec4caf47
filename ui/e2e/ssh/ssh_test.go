package ssh

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// TestSSH is a deployment's whole life on a server that was there before, from
// the first look at its host key until it's given back.
func TestSSH(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-13", map[string]any{"runcmd": []string{
		"printf '// mine\\nAPT::Periodic::Enable \"0\";\\n' >/etc/apt/apt.conf.d/20auto-upgrades",
	}})
	o := newOperator(t)
	o.aHome(t, nil)
	t.Run("unknown", func(t *testing.T) { o.unknownHost(t, s) })
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
	t.Run("plan", func(t *testing.T) { o.plansOnly(t, s, flags) })
	first := o.Deploy(flags...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	// Neither the key nor the fingerprint is needed any more.
	second := o.Deploy(s.flags("root")...)
	if second.Changed || second.RoundTrips != 1 {
		t.Errorf("the second run: %+v, %v", second.Outcome, second.Steps)
	}
	t.Logf("the first run took %.1f s (%v), a second %.2f s", first.Seconds, first.Spent, second.Seconds)
	if r := o.Must("status"); !strings.Contains(r.Stdout, "with status 200") || !strings.Contains(r.Stdout, "yours: destroy takes the app off") {
		t.Errorf("status: %s", r.Stdout)
	}
	if _, err := s.tryRoot(t, ":"); err == nil {
		t.Error("root may still log in")
	}
	if kept := o.Root("hello", "cat /var/lib/slipway/replaced/etc/apt/apt.conf.d/20auto-upgrades; stat -c %a /var/lib/slipway/replaced"); !strings.Contains(kept, "// mine") || !strings.HasSuffix(kept, "700") {
		t.Errorf("what was replaced is not kept: %q", kept)
	}
	t.Run("adopt", func(t *testing.T) { adoptedElsewhere(t, o, s) })
	t.Run("another", func(t *testing.T) { o.anothersServer(t, s) })
	t.Run("destroy", func(t *testing.T) { o.givesBack(t, s) })
}

// adoptedElsewhere takes the deployment up on another computer, whose operator
// has the key that was named when the server was deployed.
func adoptedElsewhere(t *testing.T, here *operator, s bareServer) {
	t.Helper()
	there := newOperator(t)
	there.aHome(t, nil)
	at := fmt.Sprintf("deploy@%s:%d", s.address, s.port)
	if r := there.Run("adopt", "--host", at, "--identity", s.identity); r.Code != 2 || !strings.Contains(r.Stderr, "SHA256:") {
		t.Errorf("an unknown host key: exit %d, %s", r.Code, r.Stderr)
	}
	r := there.Must("adopt", "--host", at, "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
	if !strings.Contains(r.Stdout, "http://") {
		t.Errorf("adopt says %q", r.Stdout)
	}
	if r := there.Run("adopt", "--host", at, "--identity", s.identity); r.Code != 2 {
		t.Errorf("adopting it again: exit %d, %s", r.Code, r.Stderr)
	}
	if again := there.Deploy("--sample", "hello"); again.Changed || again.Steps["login"] != engine.Unchanged {
		t.Errorf("after adopt something was left to change: %v", again.Steps)
	}
	if again := here.Deploy(s.flags("root")...); again.Changed {
		t.Errorf("adopt changed something for the first operator: %v", again.Steps)
	}
	if err := os.RemoveAll(there.State().Dir); err != nil {
		t.Fatal(err)
	}
}

// unknownHost is refused before anything is sent or made.
func (o *operator) unknownHost(t *testing.T, s bareServer) {
	logins := shell.Lines(shell.Journal, "journal -u ssh | grep -ci 'accepted publickey' || :")
	before := s.root(t, logins)
	_, other := newKey(t, "other", "")
	for name, c := range map[string]struct {
		more []string
		code int
		want string
	}{
		"no fingerprint":    {nil, 2, "--host-key-fingerprint " + s.fingerprint()},
		"wrong fingerprint": {[]string{"--host-key-fingerprint", ssh.FingerprintSHA256(other.PublicKey())}, 3, s.fingerprint()},
	} {
		r := o.Run(append([]string{"--yes"}, s.flags("root", append(c.more, "--identity", s.identity)...)...)...)
		if r.Code != c.code || !strings.Contains(r.Stderr, c.want) {
			t.Errorf("%s: exit %d, want %d and %q\n%s", name, r.Code, c.code, c.want, r.Stderr)
		}
		if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
	}
	// The look at the log is the one login that was added.
	if after := s.root(t, logins); after != next(t, before) {
		t.Errorf("logins: %s before, %s after", before, after)
	}
}

func next(t *testing.T, number string) string {
	t.Helper()
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(n + 1)
}

func (o *operator) plansOnly(t *testing.T, s bareServer, flags []string) {
	// Logging in writes by itself: logs, and when who was there.
	tree := `find /etc /usr /srv /home /root /opt /var/lib ! -path '/var/lib/systemd/*' ! -path '/var/lib/wtmpdb*' ! -path '/var/lib/lastlog*' -printf '%p %s %T@ %m\n' | sort | sha256sum; ls /run/slipway 2>&1 || :`
	before := s.root(t, tree)
	r := o.Must(append([]string{"--plan"}, flags...)...)
	if after := s.root(t, tree); after != before {
		t.Errorf("the plan changed the server: %s, it was %s", after, before)
	}
	for _, want := range []string{"make the user deploy", "sshd's PermitRootLogin is no", "install nginx", "write /etc/nftables.conf", "is kept there, in /var/lib/slipway/replaced", "it costs nothing"} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, r.Stderr)
		}
	}
	if strings.Contains(r.Stderr, "install nginx, nftables, python3-venv, ca-certificates, curl") {
		t.Errorf("the plan was made without a look at the server:\n%s", r.Stderr)
	}
	if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the plan made something on this computer")
	}
}

// anothersServer is refused to a second deployment.
func (o *operator) anothersServer(t *testing.T, s bareServer) {
	record, err := o.State().Read("hello")
	if err != nil {
		t.Fatal(err)
	}
	other := newOperator(t)
	other.aHome(t, nil)
	// The operator's key lets nobody in any more; the deployment's does.
	r := other.Run(append([]string{"--yes"}, s.flags("deploy", "--name", "second", "--host-key-fingerprint", s.fingerprint(),
		"--identity", filepath.Join(o.State().Folder("hello"), "id_ed25519"))...)...)
	if r.Code != 1 || !strings.Contains(r.Stderr, "belongs to another deployment") || !strings.Contains(r.Stderr, record.Tag) {
		t.Errorf("exit %d\n%s", r.Code, r.Stderr)
	}
	if err := os.RemoveAll(other.State().Folder("second")); err != nil {
		t.Error(err)
	}
}

// givesBack destroys the deployment: the server is the operator's as before.
func (o *operator) givesBack(t *testing.T, s bareServer) {
	r := o.Must("destroy", "-y", "--lose-data", "hello")
	if !strings.Contains(r.Stderr, "takes the app off it and leaves it") || !strings.Contains(r.Stderr, "root can log in as before") {
		t.Errorf("destroy does not say what becomes of the server:\n%s", r.Stderr)
	}
	left := s.root(t, `find /etc /srv /var/lib -path /var/lib/cloud -prune -o -name '*slipway*' -o -name 'app-hello*' -o -name deployment.json | grep -v '^/var/lib/cloud$'
getent passwd app-hello slipway-build
nft list table inet slipway 2>/dev/null
systemctl --failed --no-legend
grep -c . /home/deploy/.ssh/authorized_keys
cat /etc/apt/apt.conf.d/20auto-upgrades; :`)
	if want := "0\n// mine\nAPT::Periodic::Enable \"0\";"; left != want {
		t.Errorf("on the server is left:\n%s\nwant:\n%s", left, want)
	}
	if _, err := os.Stat(o.State().Folder("hello")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the deployment's folder is still there")
	}
}
