package speed

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// machine is a rented server of Debian 13, on which nobody has been yet. Machines of a
// round are alike: it is all that Slipway and the script have in common.
type machine struct {
	tb      testing.TB
	address string
	port    int
	hostKey ssh.PublicKey
	// identity is the file of root's key; once root is locked out, deploy is the file of
	// the key of the user deploy.
	identity, deploy string
	// known is the file that has the host key.
	known string
}

// boot has a machine that is done with its first boot. It ends with the test.
func boot(tb testing.TB, name string) *machine {
	tb.Helper()
	signer, private := e2e.NewKey(tb, "")
	m := &machine{tb: tb, identity: filepath.Join(tb.TempDir(), "identity")}
	if err := os.WriteFile(m.identity, private, 0o600); err != nil {
		tb.Fatal(err)
	}
	at, hostKey := e2e.BootServer(tb, name, "debian-13", map[string]any{
		"disable_root": false, "ssh_deletekeys": true,
		"users": []any{map[string]any{"name": "root", "ssh_authorized_keys": []string{e2e.Authorized(signer.PublicKey())}}},
	})
	m.address, m.port, m.hostKey = at.Address, at.Port, hostKey
	line := knownhosts.Line([]string{knownhosts.Normalize(net.JoinHostPort(m.address, strconv.Itoa(m.port)))}, hostKey)
	m.known = filepath.Join(tb.TempDir(), "known_hosts")
	if err := os.WriteFile(m.known, []byte(line+"\n"), 0o600); err != nil {
		tb.Fatal(err)
	}
	e2e.Until(tb, "the first boot of "+name, func() bool {
		_, _, err := m.try("[ -e /run/cloud-init/result.json ]", nil)
		return err == nil
	})
	return m
}

// try runs a script as root, as a person does: by OpenSSH's client, over one connection. It
// returns what was printed and how long it took.
func (m *machine) try(script string, input []byte) (out []byte, took time.Duration, err error) {
	login, file, sudo := "root@"+m.address, m.identity, ""
	if m.deploy != "" {
		login, file, sudo = "deploy@"+m.address, m.deploy, "sudo "
	}
	cmd := exec.CommandContext(m.tb.Context(), "ssh", "-F", "none", "-i", file, "-p", strconv.Itoa(m.port), "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
		"-o", "UserKnownHostsFile="+m.known, "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", login, sudo+"sh -c "+shell.Quote("set -eu\n"+script))
	cmd.Stdin = bytes.NewReader(input)
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	out, err = cmd.Output()
	took = time.Since(began)
	if err != nil {
		err = fmt.Errorf("%w\n%s\n%s", err, out[max(0, len(out)-2000):], &said)
	}
	return out, took, err
}

// run is try for what must succeed.
func (m *machine) run(script string, input []byte) (out []byte, took time.Duration) {
	m.tb.Helper()
	out, took, err := m.try(script, input)
	if err != nil {
		m.tb.Fatalf("%.100s… on the machine: %v", script, err)
	}
	return out, took
}

// url is where the app answers.
func (m *machine) url() string { return "http://" + m.address }

// answers fails the test unless visitors get the app.
func (m *machine) answers() {
	m.tb.Helper()
	if status, body := e2e.Ask(m.tb, m.url()); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		m.tb.Fatalf("%s: status %d: %s", m.url(), status, body)
	}
}
