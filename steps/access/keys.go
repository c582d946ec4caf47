package access

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/state/regular"
	"slipway/steps/plan"
)

// The files of a deployment's private keys.
const (
	LoginKeyFile = "id_ed25519"
	HostKeyFile  = "host_ed25519"
)

// Keys are the key pairs made for one deployment.
type Keys struct {
	// Login is what slipway logs in with. Host is what the server shows on its first
	// boot, so that it is known before the first packet.
	Login, Host KeyPair
}

// KeyPair is an Ed25519 key pair.
type KeyPair struct {
	signer ssh.Signer
	// Private is the OpenSSH form of the private half.
	Private []byte
}

// Public is the public half in authorized_keys form, without a comment.
func (k KeyPair) Public() string {
	return plan.AuthorizedForm(k.signer.PublicKey())
}

// OpenKeys reads the deployment's keys, or makes them and keeps them.
func OpenKeys(d *state.Deployment) (Keys, error) {
	login, err := openKey(d, LoginKeyFile)
	if err != nil {
		return Keys{}, err
	}
	host, err := openKey(d, HostKeyFile)
	return Keys{Login: login, Host: host}, err
}

// ReadKeys reads a deployment's keys without its lock. A key that is not there is
// made and kept nowhere: a run that only looks changes nothing.
func ReadKeys(dir string) (Keys, error) {
	read := func(file string) (KeyPair, error) {
		private, err := regular.Read(context.Background(), filepath.Join(dir, file), regular.Small)
		if errors.Is(err, fs.ErrNotExist) {
			return NewKeyPair("passing")
		}
		if err != nil {
			return KeyPair{}, fmt.Errorf("read the deployment's key: %w", err)
		}
		return ParsePrivateKey(private, filepath.Join(dir, file))
	}
	login, err := read(LoginKeyFile)
	if err != nil {
		return Keys{}, err
	}
	host, err := read(HostKeyFile)
	return Keys{Login: login, Host: host}, err
}

// Signers is what a login is tried with.
func (k Keys) Signers() []ssh.Signer { return []ssh.Signer{k.Login.signer} }

func openKey(d *state.Deployment, file string) (KeyPair, error) {
	private, err := d.ReadSecret(file)
	if errors.Is(err, fs.ErrNotExist) {
		return MakeKey(d, file)
	}
	if err != nil {
		return KeyPair{}, err
	}
	return ParsePrivateKey(private, filepath.Join(d.Dir(), file))
}

// ParsePrivateKey reads the OpenSSH form of a private key; path is what an error
// names.
func ParsePrivateKey(private []byte, path string) (KeyPair, error) {
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		return KeyPair{}, &providers.Failed{Err: fmt.Errorf("the key %s can't be read: %w", path, err),
			Next: "put a good copy of it back: slipway can't log in to the server without it"}
	}
	return KeyPair{signer: signer, Private: private}, nil
}

// MakeKey makes a key pair, with the deployment's tag as its comment, and keeps its
// private half in a file of the deployment's folder.
func MakeKey(d *state.Deployment, file string) (KeyPair, error) {
	pair, err := NewKeyPair(d.Record().Tag)
	if err != nil {
		return KeyPair{}, err
	}
	return pair, d.WriteSecret(file, pair.Private)
}

// NewKeyPair makes a key pair and keeps it nowhere.
func NewKeyPair(comment string) (KeyPair, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	return KeyPair{signer: signer, Private: pem.EncodeToMemory(block)}, nil
}
