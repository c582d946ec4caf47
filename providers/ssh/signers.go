package ssh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"slipway/providers"
)

const passphraseVariable = "SLIPWAY_IDENTITY_PASSPHRASE"

// defaultIdentities are the files that OpenSSH tries by itself.
var defaultIdentities = []string{"id_ed25519", "id_ecdsa", "id_rsa"}

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
	for _, path := range p.at.identities {
		if signer, err := p.fromFile(ctx, path, held, true); err == nil {
			all = append(all, signer)
		} else if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	if !p.at.identitiesOnly {
		all = append(all, held...)
	}
	for _, name := range defaultIdentities {
		if len(p.at.identities) > 0 {
			break
		}
		if signer, err := p.fromFile(ctx, filepath.Join(p.at.home, ".ssh", name), held, len(all) == 0); err == nil {
			all = append(all, signer)
		} else if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
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

// fromFile reads a private key. For an encrypted one that the agent holds, it
// returns the agent's; else it needs the passphrase, for which the operator is
// asked only if ask is set.
func (p *Provider) fromFile(ctx context.Context, path string, held []ssh.Signer, ask bool) (ssh.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, wrongKey(path, reason(err), "give the private key's file with --identity")
	}
	signer, err := ssh.ParsePrivateKey(data)
	var encrypted *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return signer, nil
	case !errors.As(err, &encrypted):
		return nil, wrongKey(path, err, "give the private key's file with --identity, not the public one's")
	}
	if public := p.publicOf(path, encrypted); public != nil {
		for _, s := range held {
			if same(s, public) {
				return s, nil
			}
		}
	}
	if !ask {
		return nil, encrypted
	}
	return p.decrypt(ctx, path, data)
}

// publicOf is the public half of an encrypted key; nil if it can't be found out.
func (p *Provider) publicOf(path string, encrypted *ssh.PassphraseMissingError) ssh.PublicKey {
	if encrypted.PublicKey != nil {
		return encrypted.PublicKey
	}
	data, err := os.ReadFile(path + ".pub")
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

// agentKeys are the keys that the operator's agent holds; none if there is no
// agent. The connection to it ends with ctx, or when done is called.
func (p *Provider) agentKeys(ctx context.Context) (held []ssh.Signer, done func()) {
	socket := p.options.Getenv("SSH_AUTH_SOCK")
	if socket == "" {
		return nil, func() {}
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
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
