package ssh

import (
	"bytes"
	"cmp"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"slipway/providers"
	"slipway/state/regular"
)

const passphraseVariable = "SLIPWAY_IDENTITY_PASSPHRASE"

// defaultIdentities are the files that OpenSSH tries by itself.
var defaultIdentities = []string{"id_ed25519", "id_ecdsa", "id_ed25519_sk", "id_ecdsa_sk", "id_rsa"}

// Signers are the operator's keys, in the order in which they are tried. done
// closes the connection to the agent that may hold them; the signers work until
// then. If there is no key that can be used, the error is a *providers.Usage.
func (p *Provider) Signers(ctx context.Context) (signers []ssh.Signer, done func(), err error) {
	held, done := p.agentKeys(ctx)
	if signers, err = p.choose(ctx, held); err != nil {
		done()
		return nil, nil, err
	}
	if len(signers) == 0 {
		done()
		return nil, nil, &providers.Usage{Err: fmt.Errorf("there is no key to log in to %s with", p.at),
			Next: "give --identity FILE, or add the key to an SSH agent: ssh-add FILE"}
	}
	return signers, done, nil
}

// choose orders the keys. With --identity it is that key alone; else the keys that
// ~/.ssh/config names, then the agent's, then those in the usual files.
func (p *Provider) choose(ctx context.Context, held []ssh.Signer) ([]ssh.Signer, error) {
	if p.options.Identity != "" {
		signer, err := p.fromFile(ctx, p.at.expand(p.options.Identity), held, true)
		if err != nil {
			return nil, err
		}
		return []ssh.Signer{signer}, nil
	}
	var all []ssh.Signer
	var unusable error // why the first key that is there can't be used
	for _, path := range p.at.identities {
		if strings.EqualFold(path, "none") {
			continue
		}
		signer, err := p.fromFile(ctx, path, held, true)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err == nil:
			all = append(all, signer)
		case unusable == nil:
			unusable = err
		}
	}
	if !p.at.identitiesOnly {
		all = append(all, held...)
	}
	for _, name := range defaultIdentities {
		if len(p.at.identities) > 0 {
			break
		}
		path := filepath.Join(p.at.home, ".ssh", name)
		signer, err := p.fromFile(ctx, path, held, len(all) == 0)
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err == nil:
			all = append(all, signer)
		case unusable == nil && !errors.Is(err, fs.ErrNotExist):
			unusable = err
		}
	}
	if len(all) == 0 && unusable != nil {
		return nil, unusable
	}
	return unique(all), nil
}

func unique(signers []ssh.Signer) []ssh.Signer {
	var all []ssh.Signer
	for _, s := range signers {
		if !slices.ContainsFunc(all, func(o ssh.Signer) bool { return same(o, s.PublicKey()) }) {
			all = append(all, s)
		}
	}
	return all
}

func same(s ssh.Signer, key ssh.PublicKey) bool {
	return string(s.PublicKey().Marshal()) == string(key.Marshal())
}

// fromFile reads a private key. For one that is encrypted, or that is in a hardware key,
// it returns the agent's; for an encrypted one that no agent holds it needs the
// passphrase, for which the operator is asked only if ask is set. The file may be the
// public half of a key that the agent holds, as OpenSSH takes it.
func (p *Provider) fromFile(ctx context.Context, path string, held []ssh.Signer, ask bool) (ssh.Signer, error) {
	data, err := regular.Read(ctx, path, regular.Small)
	if err != nil {
		if signer := heldOf(publicIn(ctx, path+".pub"), held); signer != nil {
			return signer, nil // only the public half lies there
		}
		return nil, wrongKey(path, reason(err), "give the private key's file with --identity")
	}
	if public, _, _, _, err := ssh.ParseAuthorizedKey(data); err == nil {
		return p.fromPublic(ctx, path, public, held, ask)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err == nil {
		return signer, nil
	}
	public := embedded(data)
	if public == nil {
		public = publicIn(ctx, path+".pub")
	}
	if signer := heldOf(public, held); signer != nil {
		return signer, nil
	}
	var encrypted *ssh.PassphraseMissingError
	switch {
	case inHardware(public):
		return nil, wrongKey(path, fmt.Errorf("it is in a hardware key (%s), which only an SSH agent can use, and no agent holds it", public.Type()),
			"plug the hardware key in and type ssh-add "+path+", then run the same command again in that shell")
	case !errors.As(err, &encrypted):
		return nil, wrongKey(path, err, "give the private key's file with --identity, not the public one's")
	case !ask:
		return nil, encrypted
	}
	return p.decrypt(ctx, path, data)
}

// fromPublic is the key of a public half: the agent's, or the one in the file beside it.
func (p *Provider) fromPublic(ctx context.Context, path string, public ssh.PublicKey, held []ssh.Signer, ask bool) (ssh.Signer, error) {
	if signer := heldOf(public, held); signer != nil {
		return signer, nil
	}
	private := strings.TrimSuffix(path, ".pub")
	if _, err := os.Stat(private); err == nil && private != path {
		return p.fromFile(ctx, private, held, ask)
	}
	return nil, wrongKey(path, errors.New("it is a public key, and no SSH agent holds its private half"),
		"give the private key's file with --identity, not the public one's, or add it to an SSH agent: ssh-add FILE")
}

// heldOf is the agent's key of a public half; nil if the agent does not hold it.
func heldOf(public ssh.PublicKey, held []ssh.Signer) ssh.Signer {
	if public == nil {
		return nil
	}
	for _, s := range held {
		if same(s, public) {
			return s
		}
	}
	return nil
}

// inHardware tells whether a key's private half can't leave the device that it is in.
func inHardware(key ssh.PublicKey) bool { return key != nil && strings.HasPrefix(key.Type(), "sk-") }

// embedded is the public half that OpenSSH keeps, unencrypted, in a private key's file;
// nil if there is none.
func embedded(private []byte) ssh.PublicKey {
	block, _ := pem.Decode(private)
	if block == nil {
		return nil
	}
	rest, ok := bytes.CutPrefix(block.Bytes, []byte("openssh-key-v1\x00"))
	if !ok {
		return nil
	}
	var key struct {
		Cipher, KDF, Options string
		Number               uint32
		Public               []byte
		Rest                 []byte `ssh:"rest"`
	}
	if ssh.Unmarshal(rest, &key) != nil {
		return nil
	}
	public, err := ssh.ParsePublicKey(key.Public)
	if err != nil {
		return nil
	}
	return public
}

// publicIn is the public key in a file; nil if there is none.
func publicIn(ctx context.Context, path string) ssh.PublicKey {
	data, err := regular.Read(ctx, path, regular.Small)
	if err != nil {
		return nil
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey(data)
	if err != nil {
		return nil
	}
	return public
}

func (p *Provider) decrypt(ctx context.Context, path string, data []byte) (ssh.Signer, error) {
	passphrase, err := p.secret(ctx, passphraseVariable, "the passphrase of "+path+":")
	if err != nil {
		return nil, err
	}
	if passphrase == "" {
		return nil, wrongKey(path, errors.New("it is encrypted and nobody can be asked for its passphrase"),
			"add it to an SSH agent with ssh-add "+path+", or set "+passphraseVariable)
	}
	signer, err := ssh.ParsePrivateKeyWithPassphrase(data, []byte(passphrase))
	if err != nil {
		return nil, wrongKey(path, errors.New("the passphrase is not right"), "add it to an SSH agent with ssh-add "+path+", or set "+passphraseVariable)
	}
	return signer, nil
}

// SudoPassword is the password that the operator's user gives to sudo; empty if
// nobody can be asked.
func (p *Provider) SudoPassword(ctx context.Context) (string, error) {
	return p.secret(ctx, "SLIPWAY_SUDO_PASSWORD", "the password of "+p.at.user+" on "+p.at.address+", for sudo:")
}

// secret is the variable's value if it is set, else the operator's answer; empty if
// nobody can be asked.
func (p *Provider) secret(ctx context.Context, variable, question string) (string, error) {
	if value := p.options.Getenv(variable); value != "" || p.options.Secret == nil {
		return value, nil
	}
	return p.options.Secret(ctx, question)
}

func wrongKey(path string, err error, next string) error {
	return &providers.Usage{Err: fmt.Errorf("the key %s can't be used: %w", path, err), Next: next}
}

// reason is the cause of a file's error without the file's name, which the message
// has already.
func reason(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// agentSocket is where the operator's agent listens, as OpenSSH finds it on this system;
// empty if there is none.
func (p *Provider) agentSocket() string {
	named, isVariable := strings.CutPrefix(p.at.agent, "$")
	switch {
	case p.at.agent == "":
		return cmp.Or(p.options.Getenv("SSH_AUTH_SOCK"), usualAgent)
	case strings.EqualFold(p.at.agent, "none"):
		return ""
	case isVariable:
		return p.options.Getenv(strings.Trim(named, "{}"))
	}
	return p.at.expand(p.at.agent)
}

// agentKeys are the keys that the operator's agent holds; none if there is no
// agent. The connection to it ends with ctx, or when done is called.
func (p *Provider) agentKeys(ctx context.Context) (held []ssh.Signer, done func()) {
	socket := p.agentSocket()
	if socket == "" {
		return nil, func() {}
	}
	conn, err := dialAgent(ctx, socket)
	if err != nil {
		return nil, func() {}
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	done = func() {
		stop()
		conn.Close()
	}
	held, err = agent.NewClient(conn).Signers()
	if err != nil {
		done()
		return nil, func() {}
	}
	return held, done
}
