package ssh

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
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
	signer, private := e2e.NewKey(t, passphrase)
	path = filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, private, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, signer
}

// bootBare boots a server whose first user data is the operator's own business.
// It is booted before the operator is made, so that it ends last.
func bootBare(t *testing.T, image string, more map[string]any) bareServer {
	t.Helper()
	s := bareServer{}
	s.identity, s.signer = newKey(t, "operator", "")
	config := map[string]any{
		"disable_root": false, "users": []any{map[string]any{"name": "root", "ssh_authorized_keys": []string{e2e.Authorized(s.signer.PublicKey())}}},
		"ssh_deletekeys": true,
	}
	maps.Copy(config, more)
	at, hostKey := e2e.BootServer(t, "bare", image, config)
	s.address, s.port, s.hostKey = at.Address, at.Port, hostKey
	e2e.Until(t, "the first boot of the bare server", func() bool {
		_, err := s.tryRoot(t, "[ -e /run/cloud-init/result.json ]")
		return err == nil
	})
	return s
}

// bareAndOperator boots such a server, and makes an operator with a home and the flags by
// which that one deploys to it as root.
func bareAndOperator(t *testing.T) (bareServer, *operator, []string) {
	t.Helper()
	s := bootBare(t, "debian-13", nil)
	o := newOperator(t)
	o.aHome(t, nil)
	return s, o, s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
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
	out, err := client.Output(t.Context(), script)
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
