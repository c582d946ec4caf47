package ssh

import (
	"crypto/ed25519"
	"encoding/pem"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// publicLine is a key's public half as a .pub file has it.
func publicLine(o *operator, key ed25519.PrivateKey) string {
	o.t.Helper()
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		o.t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(public))
}

// publicCases are the ways in which the public half of a key is named.
var publicCases = map[string]struct {
	set func(o *operator, m identities)
	// want picks the one key that is tried; nil wants an error with text.
	want func(m identities) ed25519.PrivateKey
	text string
}{
	"configured": {func(o *operator, m identities) {
		o.write("config", "Host 127.*\n  IdentitiesOnly yes\n  IdentityFile ~/.ssh/held.pub\n")
		o.holds(m.plain, m.held)
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"configured, the public half alone beside": {func(o *operator, m identities) {
		o.write("config", "Host 127.*\n  IdentitiesOnly yes\n  IdentityFile ~/.ssh/alone\n")
		o.write("alone.pub", publicLine(o, m.held))
		o.holds(m.plain, m.held)
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"--identity": {func(o *operator, m identities) { o.options.Identity = "~/.ssh/held.pub"; o.holds(m.plain, m.held) },
		func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"the private half beside it": {func(o *operator, m identities) {
		o.options.Identity = o.write("plain.pub", publicLine(o, m.plain))
	}, func(m identities) ed25519.PrivateKey { return m.plain }, ""},
	"no agent": {func(o *operator, _ identities) { o.options.Identity = "~/.ssh/held.pub" }, nil, "no SSH agent holds its private half"},
	"configured, no agent": {func(o *operator, _ identities) {
		o.write("config", "Host 127.*\n  IdentitiesOnly yes\n  IdentityFile ~/.ssh/held.pub\n")
	}, nil, "ssh-add"},
	"another agent": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "Host 127.*\n  IdentitiesOnly yes\n  IdentityAgent \""+o.env["SSH_AUTH_SOCK"]+"\"\n  IdentityFile ~/.ssh/held.pub\n")
		o.env["SSH_AUTH_SOCK"] = ""
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"an agent in a variable": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "IdentitiesOnly yes\nIdentityAgent $MY_AGENT\nIdentityFile ~/.ssh/held.pub\n")
		o.env["MY_AGENT"], o.env["SSH_AUTH_SOCK"] = o.env["SSH_AUTH_SOCK"], ""
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"IdentityFile none": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "IdentityFile none\n")
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
	"no agent wanted": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "IdentityAgent none\nIdentityFile none\n")
	}, nil, "--identity"},
	"beside a condition that can't be judged": {func(o *operator, m identities) {
		o.holds(m.held)
		o.write("config", "Match exec \"true\"\n  IdentityFile ~/.ssh/plain\nHost 127.*\n  IdentitiesOnly yes\n  IdentityFile ~/.ssh/held.pub\n")
	}, func(m identities) ed25519.PrivateKey { return m.held }, ""},
}

// TestPublicIdentity has the configuration, or --identity, name the public half of a
// key: the agent's key is used, and no other.
func TestPublicIdentity(t *testing.T) {
	for name, c := range publicCases {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			var m identities
			m.plain, m.held = o.newIdentity("plain", ""), o.newIdentity("elsewhere", "")
			o.write("held.pub", publicLine(o, m.held))
			c.set(o, m)
			got, err := o.signersOf()
			switch {
			case c.want == nil:
				if err == nil || !strings.Contains(err.Error(), c.text) {
					t.Errorf("got %v, %v; want an error with %q", got, err, c.text)
				}
			case err != nil || len(got) != 1 || got[0] != publicOf(t, c.want(m)):
				t.Errorf("got %v, %v; want %s alone", got, err, publicOf(t, c.want(m)))
			}
		})
	}
}

// hardwareKey is the file of a key that is in a hardware key, as ssh-keygen -t
// ed25519-sk writes it.
func hardwareKey(kind string) string {
	public := ssh.Marshal(struct {
		Kind   string
		Key    []byte
		Domain string
	}{kind, make([]byte, 32), "ssh:"})
	body := append([]byte("openssh-key-v1\x00"), ssh.Marshal(struct {
		Cipher, KDF, Options string
		Number               uint32
		Public, Private      []byte
	}{"none", "none", "", 1, public, make([]byte, 64)})...)
	return string(pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: body}))
}

// TestHardwareKey: a key that no agent holds is named as what it is.
func TestHardwareKey(t *testing.T) {
	for _, name := range []string{"yubi", "id_ed25519_sk"} {
		o := newOperator(t)
		path := o.write(name, hardwareKey(ssh.KeyAlgoSKED25519))
		if name == "yubi" {
			o.options.Identity = path
		}
		_, err := o.signersOf()
		if err == nil || !strings.Contains(err.Error(), "hardware key (sk-ssh-ed25519@openssh.com)") || !strings.Contains(err.Error(), "ssh-add "+path) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
