package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"al.essio.dev/pkg/shellescape"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/providers"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/remote"
	"slipway/ui/e2e"
)

// bareServer is a machine that slipway knows nothing of: somebody's server.
type bareServer struct {
	address string
	port    int
	hostKey ssh.PublicKey
	// identity is the file of the key that lets its operator in.
	identity string
	signer   ssh.Signer
}

// newKey makes a key and keeps its private half in a file.
func newKey(t *testing.T, file, passphrase string) (path string, signer ssh.Signer) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err = ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return path, signer
}

func authorized(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// bootBare boots a server whose first user data is the operator's own business.
// It is booted before the operator is made, so that it ends last.
func bootBare(t *testing.T, image string, more map[string]any) bareServer {
	t.Helper()
	s := bareServer{}
	s.identity, s.signer = newKey(t, "operator", "")
	hostFile, host := newKey(t, "host", "")
	s.hostKey = host.PublicKey()
	private, err := os.ReadFile(hostFile)
	if err != nil {
		t.Fatal(err)
	}
	config := map[string]any{
		"disable_root": false, "users": []any{map[string]any{"name": "root", "ssh_authorized_keys": []string{authorized(s.signer.PublicKey())}}},
		"ssh_deletekeys": true, "ssh_genkeytypes": []string{},
		"ssh_keys": map[string]string{"ed25519_private": string(private), "ed25519_public": authorized(s.hostKey)},
	}
	maps.Copy(config, more)
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	p, err := local.New(local.Options{Dir: t.TempDir(), Cache: localtest.Cache(t)})
	if err != nil {
		t.Fatal(err)
	}
	spec := providers.Spec{Name: "bare", Tag: state.NewTag("bare"), Image: image, UserData: "#cloud-config\n" + string(data) + "\n"}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := p.Destroy(ctx, spec, func(string) {}); err != nil {
			t.Error(err)
		}
	})
	for _, r := range p.Resources(spec) {
		found, err := r.Look(t.Context(), time.Time{})
		if err == nil && !found.Holds {
			err = r.Make(t.Context(), func(string) {})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	at, err := p.Server(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	s.address, s.port = at.Address, at.Port
	e2e.Until(t, "the first boot of the bare server", func() bool {
		_, err := s.tryRoot(t, "[ -e /run/cloud-init/result.json ]")
		return err == nil
	})
	return s
}

func (s bareServer) fingerprint() string { return ssh.FingerprintSHA256(s.hostKey) }

// flags are those that deploy to the server as this user.
func (s bareServer) flags(user string, more ...string) []string {
	return append([]string{"--provider", "ssh", "--sample", "hello", "--host", fmt.Sprintf("%s@%s:%d", user, s.address, s.port)}, more...)
}

// tryRoot runs a script with the operator's own key as root, past slipway.
func (s bareServer) tryRoot(t *testing.T, script string) (string, error) {
	t.Helper()
	client, err := remote.Dial(t.Context(), remote.Target{Address: s.address, Port: s.port, User: "root",
		HostKeys: []ssh.PublicKey{s.hostKey}, Signers: []ssh.Signer{s.signer}})
	if err != nil {
		return "", err
	}
	defer client.Close()
	out, err := client.Ask(t.Context(), script)
	return strings.TrimSpace(out), err
}

func (s bareServer) root(t *testing.T, script string) string {
	t.Helper()
	out, err := s.tryRoot(t, script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return out
}

// aHome gives the operator a home folder with files below .ssh.
func (o *operator) aHome(t *testing.T, files map[string]string) {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(home, ".ssh", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Env = append(o.Env, "HOME="+home, "SSH_AUTH_SOCK=", "XDG_CACHE_HOME="+filepath.Dir(localtest.Cache(t)))
}

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
	logins := "journalctl -q -o cat -u ssh | grep -ci 'accepted publickey' || :"
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
	r := o.Must("destroy", "-y", "hello")
	if !strings.Contains(r.Stderr, "takes the app off it and leaves it") || !strings.Contains(r.Stderr, "root can log in as before") {
		t.Errorf("destroy does not say what becomes of the server:\n%s", r.Stderr)
	}
	left := s.root(t, `find /etc /srv /var/lib -path /var/lib/cloud -prune -o -name '*slipway*' -o -name 'app-hello*' -o -name deployment.json | grep -v '^/var/lib/cloud$'
getent passwd app-hello
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

// TestSSHDebian12 deploys with known_hosts, ~/.ssh/config and sshd at another
// port, to a server without sudo.
func TestSSHDebian12(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-12", map[string]any{"runcmd": []string{
		"SUDO_FORCE_REMOVE=yes dpkg --purge sudo",
		"printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/ports.conf && systemctl restart ssh",
	}})
	o := newOperator(t)
	o.aHome(t, map[string]string{
		"config":      fmt.Sprintf("Host shop\n  HostName %s\n  Port %d\n  IdentityFile %s\n", s.address, s.port, s.identity),
		"known_hosts": knownhosts.Line([]string{knownhosts.HashHostname(knownhosts.Normalize(fmt.Sprintf("%s:%d", s.address, s.port)))}, s.hostKey) + "\n",
	})
	flags := []string{"--provider", "ssh", "--sample", "hello", "--host", "root@shop"}
	first := o.Deploy(flags...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	if rules := o.Root("hello", "nft list table inet slipway"); !strings.Contains(rules, "{ 22, 80, 2222 }") {
		t.Errorf("the firewall shuts sshd's other port:\n%s", rules)
	}
	if second := o.Deploy(flags...); second.Changed || second.RoundTrips != 1 {
		t.Errorf("the second run: %+v, %v", second.Outcome, second.Steps)
	}
	// Once it is pinned only the pin counts.
	record, err := o.State().Read("hello")
	if err != nil || len(record.Server.HostKeys) != 1 || record.Server.HostKeys[0] != authorized(s.hostKey) {
		t.Errorf("pinned: %v, %v", record.Server.HostKeys, err)
	}
	o.Must("destroy", "-y")
	// The server can be deployed to again.
	if again := o.Deploy(flags...); !again.Changed || again.Steps["connection"] != engine.Changed {
		t.Errorf("after destroy: %+v, %v", again.Outcome, again.Steps)
	}
}

// TestSSHWithSudoPassword logs in as a user who gives sudo a password, with a
// key that has a passphrase.
func TestSSHWithSudoPassword(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	const password, passphrase = "c0rrect horse'$", "battery staple"
	identity, signer := newKey(t, "mine", passphrase)
	s := bootBare(t, "debian-13", map[string]any{"runcmd": [][]string{
		{"useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "ana"},
		{"sh", "-c", `printf '%s\n' "$1" | chpasswd`, "sh", "ana:" + password},
		{"sh", "-c", `install -d -o ana /home/ana/.ssh && printf '%s\n' "$1" >/home/ana/.ssh/authorized_keys`, "sh", authorized(signer.PublicKey())},
	}})
	o := newOperator(t)
	o.aHome(t, nil)
	home := o.Env
	args := append([]string{"--yes"}, s.flags("ana", "--identity", identity, "--host-key-fingerprint", s.fingerprint())...)
	for _, c := range []struct {
		env  []string
		code int
		want string
	}{
		{nil, 2, "SLIPWAY_IDENTITY_PASSPHRASE"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=wrong"}, 2, "the passphrase is not right"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase}, 3, "SLIPWAY_SUDO_PASSWORD"},
		{[]string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase, "SLIPWAY_SUDO_PASSWORD=wrong"}, 3, "SLIPWAY_SUDO_PASSWORD"},
	} {
		o.Env = slices.Concat(home, c.env)
		if r := o.Run(args...); r.Code != c.code || !strings.Contains(r.Stderr, c.want) {
			t.Errorf("with %q: exit %d, want %d and %q\n%s", c.env, r.Code, c.code, c.want, r.Stderr)
		}
	}
	secrets := []string{"SLIPWAY_IDENTITY_PASSPHRASE=" + passphrase, "SLIPWAY_SUDO_PASSWORD=" + password}
	t.Run("terminal", func(t *testing.T) { o.asksOnTerminal(t, args[1:], passphrase, password) })
	o.Env = slices.Concat(home, secrets)
	watched := e2e.WatchArguments(t, password)
	r := o.Must(args...)
	watched()
	if strings.Contains(r.Stdout+r.Stderr, password) || strings.Contains(r.Stdout+r.Stderr, passphrase) {
		t.Errorf("a secret was printed:\n%s", r.Stderr)
	}
	o.KeepsToItself(password)
	o.KeepsToItself(passphrase)
	if status, _ := e2e.Ask(t, strings.TrimSpace(r.Stdout)); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if n := o.Root("hello", "journalctl -q | grep -c 'c0rrect [h]orse' || :"); n != "0" {
		t.Errorf("the server's log holds the password in %s lines", n)
	}
	o.Env = home
	if again := o.Deploy(s.flags("ana")...); again.Changed {
		t.Errorf("a second run, without secrets, changed something: %v", again.Steps)
	}
	// ana still needs her secrets to take the server back.
	if r := o.Run("destroy", "-y"); r.Code != 2 || !strings.Contains(r.Stderr, "keeps its key") {
		t.Errorf("destroy without the operator's secrets: exit %d\n%s", r.Code, r.Stderr)
	}
	o.Env = slices.Concat(home, secrets)
	o.Must("destroy", "-y")
}

// asksOnTerminal plans on a terminal, where the secrets are typed.
func (o *operator) asksOnTerminal(t *testing.T, args []string, passphrase, password string) {
	o.Env = o.Env[:len(o.Env)-2]
	plan := o.Command(append([]string{"--plan"}, args...)...)
	cmd := exec.Command("script", "-qec", shellescape.QuoteCommand(plan.Args), "/dev/null")
	cmd.Env, cmd.Dir = plan.Env, plan.Dir
	typed, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	shown, screen := io.Pipe()
	cmd.Stdout, cmd.Stderr = screen, screen
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		screen.Close()
	}()
	time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) //nolint:errcheck // it may have ended
	var all strings.Builder
	answers := map[string]string{"the passphrase of ": passphrase, "for sudo: ": password}
	for buffer := make([]byte, 4096); ; {
		n, err := shown.Read(buffer)
		all.Write(buffer[:n])
		for question, answer := range answers {
			if strings.Contains(all.String(), question) {
				delete(answers, question)
				io.WriteString(typed, answer+"\r") //nolint:errcheck // the end of the run tells
			}
		}
		if err != nil {
			break
		}
	}
	if err := <-ended; err != nil || len(answers) > 0 || !strings.Contains(all.String(), "nothing was changed") {
		t.Errorf("on a terminal: %v, not asked: %v\n%s", err, answers, all.String())
	}
	if strings.Contains(all.String(), passphrase) || strings.Contains(all.String(), password) {
		t.Errorf("what was typed shows:\n%s", all.String())
	}
}

// TestSSHKilled kills slipway where a server that exists could be left shut:
// while its own user is made, and while root's login goes.
func TestSSHKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-13", nil)
	o := newOperator(t)
	o.aHome(t, nil)
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
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
	s := bootBare(t, "debian-13", nil)
	o := newOperator(t)
	o.aHome(t, nil)
	r := o.Run(append([]string{"--yes", "--on-failure", "destroy", "--test-command", "false"},
		s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())...)...)
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
