package ssh

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"slipway/providers"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// newIdentity makes a key in a file below ~/.ssh.
func (o *operator) newIdentity(name, passphrase string) ed25519.PrivateKey {
	o.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.write(name, string(pem.EncodeToMemory(block)))
	return private
}

// holds starts an SSH agent that holds these keys.
func (o *operator) holds(keys ...ed25519.PrivateKey) {
	o.t.Helper()
	ring := agent.NewKeyring()
	for _, key := range keys {
		if err := ring.Add(agent.AddedKey{PrivateKey: &key}); err != nil {
			o.t.Fatal(err)
		}
	}
	o.env["SSH_AUTH_SOCK"] = filepath.Join(o.home, "agent")
	listener, err := net.Listen("unix", o.env["SSH_AUTH_SOCK"])
	if err != nil {
		o.t.Fatal(err)
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
	o.t.Cleanup(func() {
		listener.Close()
		served.Wait()
	})
}

func publicOf(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return ssh.FingerprintSHA256(public)
}

// signersOf are the fingerprints of the keys that would be tried, in order.
func (o *operator) signersOf() ([]string, error) {
	signers, done, err := o.mustOpen().Signers(o.t.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	var all []string
	for _, s := range signers {
		if _, err := s.Sign(rand.Reader, []byte("x")); err != nil {
			o.t.Errorf("a key that can't sign: %v", err)
		}
		all = append(all, ssh.FingerprintSHA256(s.PublicKey()))
	}
	return all, nil
}

const testPassphrase = "open sesame"

// identities are an operator's keys: one in a file, one in an encrypted file, one in
// the file that OpenSSH tries by itself, and one for the agent to hold.
type identities struct{ plain, locked, usual, held ed25519.PrivateKey }

// signerCases are the ways in which the operator's keys are found.
var signerCases = map[string]struct {
	set func(o *operator, m identities)
	// want are the keys that are tried, in order; nil wants a *providers.Usage.
	want func(m identities) []ed25519.PrivateKey
	// text is in the error or its hint.
	text string
}{
	"identity": {func(o *operator, m identities) { o.options.Identity = "~/.ssh/plain"; o.holds(m.held) },
		func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain} }, ""},
	"agent, then the usual files": {func(o *operator, m identities) { o.holds(m.held) },
		func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.held, m.usual} }, ""},
	"configured, then the agent": {func(o *operator, m identities) {
		o.holds(m.held, m.plain)
		o.write("config", "Host 127.*\n  IdentityFile %d/.ssh/plain\n")
	}, func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain, m.held} }, ""},
	"only the configured": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "Host 127.*\n  IdentityFile ~/.ssh/plain\n  IdentitiesOnly yes\n")
	}, func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain} }, ""},
	"locked, held by the agent": {func(o *operator, m identities) { o.options.Identity = "~/.ssh/locked"; o.holds(m.locked) },
		func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
	"locked, in the environment": {func(o *operator, _ identities) {
		o.options.Identity = "~/.ssh/locked"
		o.env["SLIPWAY_IDENTITY_PASSPHRASE"] = testPassphrase
	}, func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
	"locked, asked": {func(o *operator, _ identities) {
		o.options.Identity = "~/.ssh/locked"
		o.options.Secret = func(_ context.Context, question string) (string, error) {
			if !strings.Contains(question, "/.ssh/locked") {
				o.t.Errorf("asked %q", question)
			}
			return testPassphrase, nil
		}
	}, func(m identities) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
	"locked, nobody to ask": {func(o *operator, _ identities) { o.options.Identity = "~/.ssh/locked" }, nil, "ssh-add"},
	"locked, wrong": {func(o *operator, _ identities) {
		o.options.Identity = "~/.ssh/locked"
		o.env["SLIPWAY_IDENTITY_PASSPHRASE"] = "x"
	}, nil, "not right"},
	"not there": {func(o *operator, _ identities) { o.options.Identity = "~/.ssh/none" }, nil, "no such file"},
	"public":    {func(o *operator, _ identities) { o.options.Identity = o.write("x.pub", "ssh-ed25519 AAAA") }, nil, "not the public one"},
	"none": {func(o *operator, _ identities) {
		if err := os.Remove(filepath.Join(o.home, ".ssh", "id_ed25519")); err != nil {
			o.t.Fatal(err)
		}
	}, nil, "--identity"},
}

func TestSigners(t *testing.T) {
	for name, c := range signerCases {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			var m identities
			m.plain = o.newIdentity("plain", "")
			m.locked = o.newIdentity("locked", testPassphrase)
			m.usual = o.newIdentity("id_ed25519", "")
			m.held = o.newIdentity("held", "")
			c.set(o, m)
			got, err := o.signersOf()
			var usage *providers.Usage
			if c.want == nil {
				if !errors.As(err, &usage) || !strings.Contains(err.Error()+usage.Hint(), c.text) {
					t.Errorf("got %v, want *providers.Usage with %q", err, c.text)
				}
				return
			}
			var want []string
			for _, key := range c.want(m) {
				want = append(want, publicOf(t, key))
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v, %v; want %v", got, err, want)
			}
		})
	}
}
