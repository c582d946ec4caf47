package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/state"
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
