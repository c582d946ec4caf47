package speed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// deployment is the sample hello, as Slipway deploys it to a machine.
type deployment struct {
	*e2e.Operator
	machine *machine
	folder  string
}

// newDeployment has an operator whose server the machine is. Nothing is deployed yet.
func newDeployment(tb testing.TB, m *machine) *deployment {
	tb.Helper()
	d := &deployment{e2e.NewOperator(tb, time.Minute), m, e2e.UnpackSample(tb, "hello")}
	home := tb.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		tb.Fatal(err)
	}
	d.Env = append(d.Env, "HOME="+home, "SSH_AUTH_SOCK=", "XDG_CACHE_HOME="+filepath.Dir(localtest.Cache(tb)))
	return d
}

// first deploys to the bare machine, and returns the events too.
func (d *deployment) first() (e2e.Deployed, string, time.Duration) {
	d.T.Helper()
	m := d.machine
	began := time.Now()
	r := d.Must("--yes", "--json", "--provider", "ssh", "--host", fmt.Sprintf("root@%s:%d", m.address, m.port), "--identity", m.identity,
		"--host-key-fingerprint", ssh.FingerprintSHA256(m.hostKey), d.folder)
	took := time.Since(began)
	m.deploy = filepath.Join(d.State().Folder("hello"), "id_ed25519")
	m.answers()
	return e2e.ReadDeployed(d.T, r.Stdout), r.Stdout, took
}

// again runs the same command once more.
func (d *deployment) again() (e2e.Deployed, time.Duration) {
	d.T.Helper()
	began := time.Now()
	r := d.Must("--yes", "--json", d.folder)
	took := time.Since(began)
	return e2e.ReadDeployed(d.T, r.Stdout), took
}

// edit changes the app's code, to the same for the same number.
func (d *deployment) edit(number int) {
	d.T.Helper()
	path := filepath.Join(d.folder, "server.py")
	text, err := os.ReadFile(path)
	if err != nil {
		d.T.Fatal(err)
	}
	code, _, _ := strings.Cut(string(text), "\n# edited")
	if err := os.WriteFile(path, fmt.Appendf(nil, "%s\n# edited %d\n", code, number), 0o644); err != nil {
		d.T.Fatal(err)
	}
}
