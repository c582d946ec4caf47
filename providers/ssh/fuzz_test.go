package ssh

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/providers"
)

// FuzzHost reads --host beside a configuration of ssh. What is taken can be connected
// to; what is not is refused as input.
func FuzzHost(f *testing.F) {
	f.Add("root@example.org:22", "Host *\n  Port 2222\n  IdentityFile ~/%r@%h\n")
	f.Add("root@[2001:db8::1]:22", "Match exec \"touch x\"\n  HostName evil\n")
	f.Add("@", "Include ~/.ssh/config\n")
	f.Add("a@b@c:1:2", "host a\nHostname %h%h%h%h\nUser \"\nPort -1\n\x00")
	f.Fuzz(func(t *testing.T, given, config string) {
		home := withFile(t, "config", config)
		h, err := findHost(given, home)
		if err != nil {
			refusedAsInput(t, err)
			return
		}
		if h.user == "" || h.address == "" || h.port < 1 || h.port > 65535 || len(h.address) > len(given)+len(given)*len(config)+len(config) {
			t.Errorf("%q is %+v", given, h)
		}
		for _, path := range h.identities {
			if strings.HasPrefix(path, "~/") {
				t.Errorf("an identity is %q", path)
			}
		}
	})
}

// FuzzKnownHosts reads known_hosts of a server that nobody connects to.
func FuzzKnownHosts(f *testing.F) {
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJzDUPYIbRkCcTg1gyNoTD3BNzHGGxSVQmrDGlGQWDWP"
	f.Add("example.org " + key + "\n")
	f.Add("@revoked * " + key + "\n@cert-authority *.org " + key)
	f.Add("|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= " + key + "\n# \x1b[2J\n[example.org]:22,!x " + key)
	f.Add("example.org ssh-rsa AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		p := &Provider{at: host{address: "example.org", name: "example.org", port: 22, home: withFile(t, "known_hosts", text)}}
		known, err := p.knownHosts(t.Context())
		if err != nil {
			refusedAsInput(t, err)
			return
		}
		if len(known.keys) > strings.Count(text, "\n")+1 {
			t.Errorf("%d keys in %q", len(known.keys), text)
		}
		for _, k := range known.keys {
			known.revoked(k)
		}
	})
}

// FuzzIdentity reads a file that is named as a key.
func FuzzIdentity(f *testing.F) {
	f.Add([]byte("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), "ssh-ed25519 AAAA x")
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----"), "")
	f.Add([]byte("\xff\x00"), "sk-ssh-ed25519@openssh.com AAAA")
	f.Fuzz(func(t *testing.T, private []byte, public string) {
		home := withFile(t, "id.pub", public)
		path := filepath.Join(home, ".ssh", "id")
		if err := os.WriteFile(path, private, 0o600); err != nil {
			t.Fatal(err)
		}
		p := &Provider{at: host{address: "example.org", name: "example.org", port: 22, home: home}}
		if _, err := p.fromFile(context.Background(), path, nil, false); err != nil && err.Error() == "" {
			t.Error("a refusal without words")
		}
	})
}

// withFile is a home folder with a file in .ssh.
func withFile(t *testing.T, name, text string) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".ssh", name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

func refusedAsInput(t *testing.T, err error) {
	t.Helper()
	if usage, ok := errors.AsType[*providers.Usage](err); !ok || usage.Next == "" {
		t.Errorf("the refusal is %T: %v", err, err)
	}
}
