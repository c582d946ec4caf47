package ssh

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/providers"
	"slipway/providers/conformance"
)

// desk is an operator with a home folder, and a server.
type desk struct {
	t    *testing.T
	home string
	env  map[string]string
	set  Options
	sshd *sshd
}

// sshd is a server that shows host keys and counts who wants to log in.
type sshd struct {
	address string
	port    int
	keys    []ssh.Signer
	logins  chan string // users' names
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, home: t.TempDir(), env: map[string]string{}, sshd: startSSHD(t)}
	d.env["HOME"] = d.home
	d.set.Host = fmt.Sprintf("root@%s:%d", d.sshd.address, d.sshd.port)
	return d
}

func startSSHD(t *testing.T) *sshd {
	t.Helper()
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &sshd{logins: make(chan string, 10)}
	config := &ssh.ServerConfig{PublicKeyCallback: func(c ssh.ConnMetadata, _ ssh.PublicKey) (*ssh.Permissions, error) {
		s.logins <- c.User()
		return nil, errors.New("nobody gets in")
	}}
	for _, key := range []any{edKey, ecKey} {
		signer, err := ssh.NewSignerFromKey(key)
		if err != nil {
			t.Fatal(err)
		}
		s.keys = append(s.keys, signer)
		config.AddHostKey(signer)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
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
				ssh.NewServerConn(conn, config) //nolint:errcheck // everybody hangs up
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		served.Wait()
	})
	at := listener.Addr().(*net.TCPAddr)
	s.address, s.port = at.IP.String(), at.Port
	return s
}

// write puts a file below the operator's ~/.ssh.
func (d *desk) write(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.home, ".ssh", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func (d *desk) open() (*Provider, error) {
	o := d.set
	o.Getenv = func(key string) string { return d.env[key] }
	return New(o)
}

func (d *desk) mustOpen() *Provider {
	d.t.Helper()
	p, err := d.open()
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// knows writes known_hosts lines for the server.
func (d *desk) knows(marker string, keys ...ssh.PublicKey) {
	d.t.Helper()
	name := knownhosts.HashHostname(knownhosts.Normalize(net.JoinHostPort(d.sshd.address, fmt.Sprint(d.sshd.port))))
	var lines strings.Builder
	for _, key := range keys {
		fmt.Fprintln(&lines, strings.TrimSpace(marker+" "+knownhosts.Line([]string{name}, key)))
	}
	d.write("known_hosts", lines.String())
}

func TestConformance(t *testing.T) {
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		d := newDesk(t)
		return conformance.Opened{
			Provider: d.mustOpen(), Spec: providers.Spec{Name: "hello", Tag: "slipway-hello-1"}, Existing: true,
			Again: func(testing.TB) providers.Provider { return d.mustOpen() },
		}
	})
}

// TestHostKeys asks a server for its key in every state of the operator's knowledge.
func TestHostKeys(t *testing.T) {
	stranger := newSigner(t).PublicKey()
	type refused = *providers.Refused
	type unusable = *providers.Usage
	is := func(err error, want any) bool {
		switch want.(type) {
		case refused:
			return errors.As(err, new(refused))
		case unusable:
			return errors.As(err, new(unusable))
		}
		return err == nil
	}
	for name, c := range map[string]struct {
		set  func(d *desk, first, second ssh.PublicKey)
		want any    // the error's type
		text string // in the error or its hint
		key  int    // of the server, which is pinned
	}{
		"nothing known": {func(*desk, ssh.PublicKey, ssh.PublicKey) {}, unusable(nil), "--host-key-fingerprint SHA256:", 0},
		"known":         {func(d *desk, first, _ ssh.PublicKey) { d.knows("", first) }, nil, "", 0},
		"known by its second key": {func(d *desk, _, second ssh.PublicKey) { d.knows("", second) },
			nil, "", 1},
		"known otherwise": {func(d *desk, _, _ ssh.PublicKey) { d.knows("", stranger) }, refused(nil), "ssh-keygen -R", 0},
		"known otherwise, the right fingerprint": {func(d *desk, first, _ ssh.PublicKey) {
			d.knows("", stranger)
			d.set.Fingerprint = ssh.FingerprintSHA256(first)
		}, refused(nil), "not", 0},
		"revoked": {func(d *desk, first, _ ssh.PublicKey) {
			d.knows("@revoked", first)
			d.set.Fingerprint = ssh.FingerprintSHA256(first)
		}, refused(nil), "revoked", 0},
		"fingerprint":                   {func(d *desk, first, _ ssh.PublicKey) { d.set.Fingerprint = ssh.FingerprintSHA256(first) }, nil, "", 0},
		"fingerprint of its second key": {func(d *desk, _, second ssh.PublicKey) { d.set.Fingerprint = ssh.FingerprintSHA256(second) }, nil, "", 1},
		"wrong fingerprint": {func(d *desk, _, _ ssh.PublicKey) { d.set.Fingerprint = ssh.FingerprintSHA256(stranger) },
			refused(nil), ssh.FingerprintSHA256(stranger), 0},
		"known_hosts is damaged": {func(d *desk, _, _ ssh.PublicKey) { d.write("known_hosts", "host ssh-ed25519 ???\n") }, unusable(nil), "known_hosts:1", 0},
		"confirmed":              {func(d *desk, first, _ ssh.PublicKey) { d.set.Trust = answers(d, first, true) }, nil, "", 0},
		"not confirmed": {func(d *desk, first, _ ssh.PublicKey) { d.set.Trust = answers(d, first, false) },
			refused(nil), "not confirmed", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			c.set(d, d.sshd.keys[0].PublicKey(), d.sshd.keys[1].PublicKey())
			keys, err := d.mustOpen().HostKeys(t.Context())
			var hinted interface{ Hint() string }
			said := fmt.Sprint(err)
			if errors.As(err, &hinted) {
				said += " " + hinted.Hint()
			}
			if !is(err, c.want) || !strings.Contains(said, c.text) {
				t.Fatalf("got %s, want %T with %q", said, c.want, c.text)
			}
			if err == nil && (len(keys) != 1 || string(keys[0].Marshal()) != string(d.sshd.keys[c.key].PublicKey().Marshal())) {
				t.Errorf("pinned %v", fingerprints(keys))
			}
			select {
			case user := <-d.sshd.logins:
				t.Errorf("%s tried to log in before the key was vouched for", user)
			default:
			}
		})
	}
}

// answers is somebody who is asked about a key.
func answers(d *desk, key ssh.PublicKey, yes bool) func(context.Context, string, []string) (bool, error) {
	return func(_ context.Context, address string, prints []string) (bool, error) {
		if address != d.sshd.address || !slices.Equal(prints, fingerprints([]ssh.PublicKey{key})) {
			d.t.Errorf("asked about %s with %v", address, prints)
		}
		return yes, nil
	}
}

func TestNobodyAnswers(t *testing.T) {
	d := newDesk(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.set.Host = "root@" + listener.Addr().String()
	listener.Close()
	var failed *providers.Failed
	if _, err := d.mustOpen().HostKeys(t.Context()); !errors.As(err, &failed) || failed.Hint() == "" {
		t.Errorf("got %v, want *Failed with a hint", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.mustOpen().HostKeys(over); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// newIdentity makes a key in a file below ~/.ssh.
func (d *desk) newIdentity(name, passphrase string) ed25519.PrivateKey {
	d.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.write(name, string(pem.EncodeToMemory(block)))
	return private
}

// holds starts an agent with these keys.
func (d *desk) holds(keys ...ed25519.PrivateKey) {
	d.t.Helper()
	ring := agent.NewKeyring()
	for _, key := range keys {
		if err := ring.Add(agent.AddedKey{PrivateKey: &key}); err != nil {
			d.t.Fatal(err)
		}
	}
	d.env["SSH_AUTH_SOCK"] = filepath.Join(d.home, "agent")
	listener, err := net.Listen("unix", d.env["SSH_AUTH_SOCK"])
	if err != nil {
		d.t.Fatal(err)
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
	d.t.Cleanup(func() {
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
func (d *desk) signersOf() ([]string, error) {
	signers, done, err := d.mustOpen().Signers(d.t.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	var all []string
	for _, s := range signers {
		if _, err := s.Sign(rand.Reader, []byte("x")); err != nil {
			d.t.Errorf("a key that can't sign: %v", err)
		}
		all = append(all, ssh.FingerprintSHA256(s.PublicKey()))
	}
	return all, nil
}

func TestSigners(t *testing.T) {
	const passphrase = "open sesame"
	type made struct{ plain, locked, usual, held ed25519.PrivateKey }
	for name, c := range map[string]struct {
		set  func(d *desk, m made)
		want func(m made) []ed25519.PrivateKey
		text string // in the error or its hint
	}{
		"identity": {func(d *desk, m made) { d.set.Identity = "~/.ssh/plain"; d.holds(m.held) },
			func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain} }, ""},
		"agent, then the usual files": {func(d *desk, m made) { d.holds(m.held) },
			func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.held, m.usual} }, ""},
		"configured, then the agent": {func(d *desk, m made) {
			d.holds(m.held, m.plain)
			d.write("config", "Host 127.*\n  IdentityFile %d/.ssh/plain\n")
		}, func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain, m.held} }, ""},
		"only the configured": {func(d *desk, m made) {
			d.holds(m.held)
			d.write("config", "Host 127.*\n  IdentityFile ~/.ssh/plain\n  IdentitiesOnly yes\n")
		}, func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.plain} }, ""},
		"locked, held by the agent": {func(d *desk, m made) { d.set.Identity = "~/.ssh/locked"; d.holds(m.locked) },
			func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
		"locked, in the environment": {func(d *desk, _ made) {
			d.set.Identity = "~/.ssh/locked"
			d.env["SLIPWAY_IDENTITY_PASSPHRASE"] = passphrase
		}, func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
		"locked, asked": {func(d *desk, _ made) {
			d.set.Identity = "~/.ssh/locked"
			d.set.Secret = func(_ context.Context, question string) (string, error) {
				if !strings.Contains(question, "/.ssh/locked") {
					d.t.Errorf("asked %q", question)
				}
				return passphrase, nil
			}
		}, func(m made) []ed25519.PrivateKey { return []ed25519.PrivateKey{m.locked} }, ""},
		"locked, nobody to ask": {func(d *desk, _ made) { d.set.Identity = "~/.ssh/locked" }, nil, "ssh-add"},
		"locked, wrong": {func(d *desk, _ made) {
			d.set.Identity = "~/.ssh/locked"
			d.env["SLIPWAY_IDENTITY_PASSPHRASE"] = "x"
		}, nil, "not right"},
		"not there": {func(d *desk, _ made) { d.set.Identity = "~/.ssh/none" }, nil, "no such file"},
		"public":    {func(d *desk, _ made) { d.set.Identity = d.write("x.pub", "ssh-ed25519 AAAA") }, nil, "not the public one"},
		"none": {func(d *desk, _ made) {
			if err := os.Remove(filepath.Join(d.home, ".ssh", "id_ed25519")); err != nil {
				d.t.Fatal(err)
			}
		}, nil, "--identity"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			var m made
			m.plain = d.newIdentity("plain", "")
			m.locked = d.newIdentity("locked", passphrase)
			m.usual = d.newIdentity("id_ed25519", "")
			m.held = d.newIdentity("held", "")
			c.set(d, m)
			got, err := d.signersOf()
			var unusable *providers.Usage
			if c.want == nil {
				if !errors.As(err, &unusable) || !strings.Contains(err.Error()+unusable.Hint(), c.text) {
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

func TestFindHost(t *testing.T) {
	d := newDesk(t)
	d.write("config", `Host shop
  HostName shop.example.com
  Port 2222
  User ignored
Host inner
  ProxyJump outer
Match host plain
  Port 2022
`)
	for given, want := range map[string]string{
		"root@1.2.3.4": "root@1.2.3.4:22", "me@shop": "me@shop.example.com:2222", "me@shop:2200": "me@shop.example.com:2200",
		"me@[::1]:2022": "me@[::1]:2022", "me@[::1]": "me@[::1]:22", "me@plain": "me@plain:2022",
		"me@inner": "", "host": "", "@host": "", "me@": "", "me@host:0": "", "me@host:70000": "",
	} {
		d.set.Host = given
		p, err := d.open()
		if want == "" {
			var unusable *providers.Usage
			if !errors.As(err, &unusable) || unusable.Hint() == "" {
				t.Errorf("%s: got %v, want *providers.Usage with a hint", given, err)
			}
			continue
		}
		if err != nil || p.at.String() != want {
			t.Errorf("%s: got %v, %v; want %s", given, p, err, want)
		}
	}
	d.write("config", "Host shop\n  Match\n")
	d.set.Host = "me@shop"
	if p := d.mustOpen(); len(p.at.notes) != 1 {
		t.Errorf("a configuration that can't be read: notes %v", p.at.notes)
	}
}
