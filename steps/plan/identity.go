package plan

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"slipway/state/regular"
)

// ResolveIdentity makes the path of --identity absolute and reads the key's
// public half into OperatorKey. A key that can't be read is a *providers.Usage,
// but not with the provider ssh, which logs in with the key and explains by
// itself what is wrong with it, nor if an earlier run named the key.
func (p *Plan) ResolveIdentity(ctx context.Context) error {
	v := p.Values[KeyIdentity]
	if v.Value == "" {
		return nil
	}
	if !strings.HasPrefix(v.Value, "~/") {
		path, err := filepath.Abs(v.Value)
		if err != nil {
			return err
		}
		v.Value = path
		p.Values[KeyIdentity] = v
	}
	public, err := publicHalf(ctx, v.Value)
	if err != nil && p.Value(KeyProvider) != ProviderSSH && v.From != FromEarlier {
		return Usagef("name a private key's file, or leave it out", "--identity %s can't be read: %v", v.Value, err)
	}
	p.OperatorKey = public
	return nil
}

// publicHalf reads a private key's public half, in authorized_keys form: from
// the file beside it, else from the key itself, which may be encrypted.
func publicHalf(ctx context.Context, path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		path = filepath.Join(home, rest)
	}
	if line, err := regular.Read(ctx, path+".pub", regular.Small); err == nil {
		if key, _, _, _, err := ssh.ParseAuthorizedKey(line); err == nil {
			return AuthorizedForm(key), nil
		}
	}
	private, err := regular.Read(ctx, path, regular.Small)
	if err != nil {
		return "", err
	}
	signer, err := ssh.ParsePrivateKey(private)
	if encrypted, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok && encrypted.PublicKey != nil {
		return AuthorizedForm(encrypted.PublicKey), nil
	}
	if err != nil {
		return "", err
	}
	return AuthorizedForm(signer.PublicKey()), nil
}

// AuthorizedForm is a public key as authorized_keys has it, without a comment and
// without a line end.
func AuthorizedForm(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}
