package steps

import (
	"slipway/providers"

	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"

	"slipway/state"
)

// The files of a deployment's private keys.
const (
	loginKeyFile = "id_ed25519"
	hostKeyFile  = "host_ed25519"
)

// keys are the key pairs made for one deployment.
type keys struct {
	// login is what slipway logs in with; host is what the server shows on its
	// first boot, so that it is known before the first packet.
	login, host keyPair
}

type keyPair struct {
	signer ssh.Signer
	// private is the OpenSSH form of the private half.
	private []byte
}

// public is the public half in authorized_keys form, without a comment.
func (k keyPair) public() string {
	return authorizedForm(k.signer.PublicKey())
}

// openKeys reads the deployment's keys, or makes them and keeps them.
func openKeys(d *state.Deployment) (keys, error) {
	login, err := openKey(d, loginKeyFile)
	if err != nil {
		return keys{}, err
	}
	host, err := openKey(d, hostKeyFile)
	return keys{login: login, host: host}, err
}

// readKeys reads a deployment's keys without its lock; those that are not there
// are made, and kept nowhere.
func readKeys(dir string) (keys, error) {
	read := func(file string) (keyPair, error) {
		private, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, fs.ErrNotExist) {
			return newKeyPair("passing")
		}
		if err != nil {
			return keyPair{}, fmt.Errorf("read the deployment's key: %w", err)
		}
		return parseKey(private, filepath.Join(dir, file))
	}
	login, err := read(loginKeyFile)
	if err != nil {
		return keys{}, err
	}
	host, err := read(hostKeyFile)
	return keys{login: login, host: host}, err
}

func (k keys) signers() []ssh.Signer { return []ssh.Signer{k.login.signer} }

func openKey(d *state.Deployment, file string) (keyPair, error) {
	private, err := d.ReadSecret(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(d, file)
	}
	if err != nil {
		return keyPair{}, err
	}
	return parseKey(private, filepath.Join(d.Dir(), file))
}

func parseKey(private []byte, path string) (keyPair, error) {
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		return keyPair{}, &providers.Failed{Err: fmt.Errorf("the key %s can't be read: %w", path, err),
			Next: "put a good copy back; without it the server can't be logged in to"}
	}
	return keyPair{signer: signer, private: private}, nil
}

func makeKey(d *state.Deployment, file string) (keyPair, error) {
	pair, err := newKeyPair(d.Record().Tag)
	if err != nil {
		return keyPair{}, err
	}
	return pair, d.WriteSecret(file, pair.private)
}

func newKeyPair(comment string) (keyPair, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return keyPair{}, fmt.Errorf("make a key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return keyPair{}, fmt.Errorf("make a key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return keyPair{}, fmt.Errorf("make a key: %w", err)
	}
	return keyPair{signer: signer, private: pem.EncodeToMemory(block)}, nil
}

// userData is the cloud-config of the server's first boot: its name, a user who
// logs in with the deployment's key, and a host key that is known here already.
// JSON is YAML, so no YAML has to be quoted.
func userData(p Plan, k keys) (string, error) {
	config := map[string]any{
		"hostname": p.Name,
		"users": []any{map[string]any{
			"name":                loginUser,
			"shell":               "/bin/bash",
			"lock_passwd":         true,
			"sudo":                "ALL=(ALL:ALL) NOPASSWD: ALL",
			"ssh_authorized_keys": p.keys(),
		}},
		"disable_root":    true,
		"ssh_pwauth":      false,
		"ssh_deletekeys":  true,
		"ssh_genkeytypes": []string{},
		"ssh_keys": map[string]string{
			"ed25519_private": string(k.host.private),
			"ed25519_public":  k.host.public(),
		},
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the cloud-config: %w", err)
	}
	return "#cloud-config\n" + string(text) + "\n", nil
}
