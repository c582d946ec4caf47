package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/providers"
	"slipway/state/regular"
)

// HostKeys asks the server for its host key. It returns the key if known_hosts has
// it, if it has the fingerprint that was given, or if the operator confirms it when
// asked. Nothing is sent to the server but the greeting and the key exchange.
//
// A key that nobody vouches for is a *providers.Usage, a key that known_hosts or
// the fingerprint contradicts a *providers.Refused, and a server that does not
// answer a *providers.Failed.
func (p *Provider) HostKeys(ctx context.Context) ([]ssh.PublicKey, error) {
	known, err := p.knownHosts(ctx)
	if err != nil {
		return nil, err
	}
	var shown []ssh.PublicKey
	for _, kinds := range kindsOf(known.keys) {
		key, err := p.shownKey(ctx, kinds)
		if errors.Is(err, errNoSuchKey) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if known.revoked(key) {
			return nil, &providers.Refused{Err: fmt.Errorf("%s shows the host key %s, which known_hosts marks as revoked", p.at.address, ssh.FingerprintSHA256(key)),
				Next: "find out why it was revoked before anything is sent to that server"}
		}
		if p.vouched(key, known.keys) {
			return []ssh.PublicKey{key}, nil
		}
		shown = append(shown, key)
		if len(known.keys) == 0 && p.options.Fingerprint == "" {
			break // the operator is asked about this one
		}
	}
	return p.unvouched(ctx, shown, known.keys)
}

// vouched tells whether known_hosts or the given fingerprint vouches for a key, and
// neither of them contradicts it.
func (p *Provider) vouched(key ssh.PublicKey, known []ssh.PublicKey) bool {
	inKnown := slices.ContainsFunc(known, func(k ssh.PublicKey) bool { return string(k.Marshal()) == string(key.Marshal()) })
	given := p.options.Fingerprint
	switch {
	case len(known) > 0 && !inKnown, given != "" && given != ssh.FingerprintSHA256(key):
		return false
	}
	return inKnown || given != ""
}

// unvouched asks the operator about the key that was shown. If there is nobody to
// ask, or known_hosts or the fingerprint contradicts the key, it says what is wrong.
func (p *Provider) unvouched(ctx context.Context, shown, known []ssh.PublicKey) ([]ssh.PublicKey, error) {
	prints := fingerprints(shown)
	switch {
	case len(shown) == 0:
		return nil, &providers.Failed{Err: fmt.Errorf("%s shows no host key of a kind that is known here", p.at.address),
			Next: "let its sshd have an ed25519 host key: ssh-keygen -A on the server"}
	case len(known) > 0 && p.options.Fingerprint == "":
		return nil, &providers.Refused{Err: fmt.Errorf("%s shows the host key %s, but known_hosts has %s", p.at.address,
			strings.Join(prints, ", "), strings.Join(fingerprints(known), ", ")),
			Next: "somebody may be between you and the server, or the server was made anew; if you are sure that it was made anew: ssh-keygen -R " + p.knownName()}
	case p.options.Fingerprint != "":
		return nil, &providers.Refused{Err: fmt.Errorf("%s shows the host key %s, not %s", p.at.address, strings.Join(prints, ", "), p.options.Fingerprint),
			Next: "nothing was sent to it; compare with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the server itself"}
	case p.options.Trust == nil:
		return nil, &providers.Usage{Err: fmt.Errorf("the host key of %s is not known here; it shows %s", p.at.address, prints[0]),
			Next: "if that is right, give --host-key-fingerprint " + strings.Fields(prints[0])[1]}
	}
	trusted, err := p.options.Trust(ctx, p.at.address, prints)
	if err != nil {
		return nil, err
	}
	if !trusted {
		return nil, &providers.Refused{Err: fmt.Errorf("the host key of %s was not confirmed", p.at.address),
			Next: "compare it with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the server itself"}
	}
	return shown, nil
}

// fingerprints describes each key as "ssh-ed25519 SHA256:…".
func fingerprints(keys []ssh.PublicKey) []string {
	all := make([]string, len(keys))
	for i, k := range keys {
		all[i] = k.Type() + " " + ssh.FingerprintSHA256(k)
	}
	return all
}

// known is what known_hosts says about the server: its keys, and which keys are
// revoked.
type known struct {
	keys    []ssh.PublicKey
	revoked func(ssh.PublicKey) bool
}

// knownHosts reads the operator's and the computer's known_hosts.
func (p *Provider) knownHosts(ctx context.Context) (known, error) {
	var files []string
	for _, path := range []string{filepath.Join(p.at.home, ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"} {
		err := regular.Check(ctx, path, regular.Text)
		if refusal, ok := errors.AsType[*regular.Refusal](err); ok {
			return known{}, &providers.Usage{Err: fmt.Errorf("%s can't be read: %w", path, refusal), Next: refusal.Next}
		}
		if err == nil {
			files = append(files, path)
		}
	}
	check, err := knownhosts.New(files...)
	if err != nil {
		return known{}, &providers.Usage{Err: err, Next: "mend or remove that line"}
	}
	address := net.JoinHostPort(p.at.address, strconv.Itoa(p.at.port))
	judge := func(key ssh.PublicKey) error { return check(address, &net.TCPAddr{IP: net.IPv4zero}, key) }
	k := known{revoked: func(key ssh.PublicKey) bool {
		var revoked *knownhosts.RevokedError
		return errors.As(judge(key), &revoked)
	}}
	if mismatch, ok := errors.AsType[*knownhosts.KeyError](judge(nobodysKey{})); ok {
		for _, want := range mismatch.Want {
			k.keys = append(k.keys, want.Key)
		}
	}
	return k, nil
}

// knownName is the server's name in known_hosts, quoted for a shell.
func (p *Provider) knownName() string {
	return "'" + knownhosts.Normalize(net.JoinHostPort(p.at.address, strconv.Itoa(p.at.port))) + "'"
}

// nobodysKey is a key that no server has. Checking it makes known_hosts list the
// keys that it expects instead.
type nobodysKey struct{}

func (nobodysKey) Type() string    { return "none" }
func (nobodysKey) Marshal() []byte { return nil }
func (nobodysKey) Verify([]byte, *ssh.Signature) error {
	return errors.New("this key verifies nothing")
}
