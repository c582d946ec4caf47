package ssh

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// agentWith starts an SSH agent that holds one private key, given as the content of its
// file, and returns its socket.
func agentWith(t *testing.T, file []byte) string {
	t.Helper()
	private, err := ssh.ParseRawPrivateKey(file)
	if err != nil {
		t.Fatal(err)
	}
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: private}); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer conn.Close()
				agent.ServeAgent(ring, conn) //nolint:errcheck // it ends when the client hangs up
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		served.Wait()
	})
	return socket
}

// inTheWay puts other people's work on a server: a program on port 80, another site of
// nginx that answers all names, a source of packages that its server refuses.
const inTheWay = `systemd-run --quiet --unit=shop-server python3 -m http.server 80
mkdir -p /etc/nginx/conf.d
echo 'server { listen 80 default_server; }' >/etc/nginx/conf.d/other.conf
echo 'deb http://deb.debian.org/debian-none trixie main' >/etc/apt/sources.list.d/gone.list
for n in $(seq 50); do curl -s -o /dev/null http://127.0.0.1/ && break; sleep 0.1; done`

const outOfTheWay = "systemctl stop shop-server; rm -r /etc/nginx /etc/apt/sources.list.d/gone.list"

// TestStrangersServer deploys to a server on which other people's work is in the way at
// first, as an operator whose key is in an agent only and whose .bashrc prints a line,
// while the login shell of the user deploy is none that reads POSIX shell.
func TestStrangersServer(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	signer, private := e2e.NewKey(t, "")
	s := bootBare(t, "debian-13", map[string]any{"package_update": true, "packages": []string{"fish", "tcsh"}, "runcmd": []string{
		"useradd --create-home --shell /bin/bash ana",
		"install -d -o ana /home/ana/.ssh && echo '" + e2e.Authorized(signer.PublicKey()) + "' >/home/ana/.ssh/authorized_keys",
		"echo 'echo Welcome, ana; echo id none; echo Nearly full >&2' >/home/ana/.bashrc",
		"echo 'ana ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/ana",
		"useradd --create-home --shell /usr/sbin/nologin deploy",
		"install -d -o deploy /home/deploy/.config/fish && echo 'echo Welcome to fish' >/home/deploy/.config/fish/config.fish",
		"echo 'echo Welcome to tcsh' >/home/deploy/.tcshrc; echo 'echo Welcome to bash' >/home/deploy/.bashrc",
	}})
	socket := agentWith(t, private) // it ends after the operator's destroy, which needs it
	o := newOperator(t)
	o.aHome(t, map[string]string{
		"config":  "Host 127.*\n  IdentitiesOnly yes\n  IdentityFile ~/.ssh/ana.pub\n",
		"ana.pub": e2e.Authorized(signer.PublicKey()) + "\n",
	})
	o.Env = append(o.Env, "SSH_AUTH_SOCK="+socket)
	flags := s.flags("ana", "--host-key-fingerprint", s.fingerprint())
	t.Run("in the way", func(t *testing.T) { o.findsWhatIsInTheWay(t, s, flags) })
	s.root(t, "usermod --shell /usr/bin/fish deploy")
	first := o.Deploy(flags...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	for _, login := range []string{"/usr/bin/fish", "/bin/tcsh", "/bin/bash"} {
		o.Root("hello", "usermod --shell "+login+" deploy")
		if again := o.Deploy(flags...); again.Changed || again.RoundTrips != 1 {
			t.Errorf("with %s: %+v, %v", login, again.Outcome, again.Steps)
		}
		if r := o.Must("ssh", "hello", "--", "echo", `it's \ !x $HOME`); r.Stdout != `it's \ !x $HOME`+"\n" {
			t.Errorf("with %s, a command printed %q", login, r.Stdout)
		}
	}
}

// findsWhatIsInTheWay is refused by each obstacle's name, and changes nothing.
func (o *operator) findsWhatIsInTheWay(t *testing.T, s bareServer, flags []string) {
	s.root(t, inTheWay)
	const tree = `find /etc /usr /srv /home /opt -printf '%p %s %T@ %m\n' | sort | sha256sum`
	before := s.root(t, tree)
	r := o.Run(append([]string{"--yes"}, flags...)...)
	for _, want := range []string{"python3 (shop-server.service) listens on port 80", "/etc/nginx/conf.d/other.conf", "/etc/apt/sources.list.d/gone.list",
		"/usr/sbin/nologin", "systemctl disable --now shop-server.service", "nothing was changed on the server"} {
		if !strings.Contains(r.Stderr, want) {
			t.Errorf("it does not say %q:\n%s", want, r.Stderr)
		}
	}
	if r.Code != 1 {
		t.Errorf("exit %d", r.Code)
	}
	if after := s.root(t, tree); after != before {
		t.Errorf("the server was changed: %s, it was %s", after, before)
	}
	s.root(t, outOfTheWay)
}
