package e2e

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/state"
)

// NewKey makes a key and returns its private half as OpenSSH keeps it in a file
// too, encrypted unless the passphrase is empty.
func NewKey(t testing.TB, passphrase string) (signer ssh.Signer, file []byte) {
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
	signer, err = ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// Authorized is a public key as a line of authorized_keys, without its end.
func Authorized(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// BootServer boots a machine that slipway knows nothing of, with user data of the
// test's own beside a host key, which it returns, and with packages in its image
// beside those of a rented server. The machine goes with the test.
func BootServer(t testing.TB, name, image string, userData map[string]any, packages ...string) (providers.Server, ssh.PublicKey) {
	t.Helper()
	host, private := NewKey(t, "")
	userData["ssh_genkeytypes"] = []string{}
	userData["ssh_keys"] = map[string]string{"ed25519_private": string(private), "ed25519_public": Authorized(host.PublicKey())}
	data, err := json.Marshal(userData)
	if err != nil {
		t.Fatal(err)
	}
	p, err := local.New(local.Options{Dir: t.TempDir(), Cache: localtest.Cache(t), Baked: packages})
	if err != nil {
		t.Fatal(err)
	}
	spec := providers.Spec{Name: name, Tag: state.NewTag(name), Image: image, UserData: "#cloud-config\n" + string(data) + "\n"}
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
	return at, host.PublicKey()
}
