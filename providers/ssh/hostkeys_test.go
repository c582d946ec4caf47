package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"slipway/providers"

	"golang.org/x/crypto/ssh"
)

// hostKeyCase is a state of what the operator knows about the server's host keys,
// and what comes of it.
type hostKeyCase struct {
	// set brings the operator into the state.
	set func(o *operator, first, second ssh.PublicKey)
	// want is an error of the type that is wanted; nil wants none.
	want any
	// text is in the error or its hint.
	text string
	// key is which of the server's keys is pinned.
	key int
}

// hostKeyCases are for a server with two host keys; stranger is a key that the server does not have.
func hostKeyCases(stranger ssh.PublicKey) map[string]hostKeyCase {
	return map[string]hostKeyCase{
		"nothing known": {func(*operator, ssh.PublicKey, ssh.PublicKey) {}, &providers.Usage{}, "--host-key-fingerprint SHA256:", 0},
		"known":         {func(o *operator, first, _ ssh.PublicKey) { o.knows("", first) }, nil, "", 0},
		"known by its second key": {func(o *operator, _, second ssh.PublicKey) { o.knows("", second) },
			nil, "", 1},
		"known otherwise": {func(o *operator, _, _ ssh.PublicKey) { o.knows("", stranger) }, &providers.Refused{}, "ssh-keygen -R", 0},
		"known otherwise, the right fingerprint": {func(o *operator, first, _ ssh.PublicKey) {
			o.knows("", stranger)
			o.options.Fingerprint = ssh.FingerprintSHA256(first)
		}, &providers.Refused{}, "not", 0},
		"revoked": {func(o *operator, first, _ ssh.PublicKey) {
			o.knows("@revoked", first)
			o.options.Fingerprint = ssh.FingerprintSHA256(first)
		}, &providers.Refused{}, "revoked", 0},
		"fingerprint":                   {func(o *operator, first, _ ssh.PublicKey) { o.options.Fingerprint = ssh.FingerprintSHA256(first) }, nil, "", 0},
		"fingerprint of its second key": {func(o *operator, _, second ssh.PublicKey) { o.options.Fingerprint = ssh.FingerprintSHA256(second) }, nil, "", 1},
		"wrong fingerprint": {func(o *operator, _, _ ssh.PublicKey) { o.options.Fingerprint = ssh.FingerprintSHA256(stranger) },
			&providers.Refused{}, ssh.FingerprintSHA256(stranger), 0},
		"known_hosts is damaged": {func(o *operator, _, _ ssh.PublicKey) { o.write("known_hosts", "host ssh-ed25519 ???\n") }, &providers.Usage{}, "known_hosts:1", 0},
		"confirmed":              {func(o *operator, first, _ ssh.PublicKey) { o.options.Trust = answers(o, first, true) }, nil, "", 0},
		"not confirmed": {func(o *operator, first, _ ssh.PublicKey) { o.options.Trust = answers(o, first, false) },
			&providers.Refused{}, "not confirmed", 0},
	}
}

// sameType tells whether err is, or wraps, an error of the type of want.
func sameType(err error, want any) bool {
	switch want.(type) {
	case *providers.Refused:
		return errors.As(err, new(*providers.Refused))
	case *providers.Usage:
		return errors.As(err, new(*providers.Usage))
	}
	return err == nil
}

// TestHostKeys asks a server for its host key in each of these states.
func TestHostKeys(t *testing.T) {
	for name, c := range hostKeyCases(newSigner(t).PublicKey()) {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			c.set(o, o.sshd.keys[0].PublicKey(), o.sshd.keys[1].PublicKey())
			keys, err := o.mustOpen().HostKeys(t.Context())
			var hinted interface{ Hint() string }
			said := fmt.Sprint(err)
			if errors.As(err, &hinted) {
				said += " " + hinted.Hint()
			}
			if !sameType(err, c.want) || !strings.Contains(said, c.text) {
				t.Fatalf("got %s, want %T with %q", said, c.want, c.text)
			}
			if err == nil && (len(keys) != 1 || string(keys[0].Marshal()) != string(o.sshd.keys[c.key].PublicKey().Marshal())) {
				t.Errorf("pinned %v", fingerprints(keys))
			}
			select {
			case user := <-o.sshd.logins:
				t.Errorf("%s tried to log in before the key was vouched for", user)
			default:
			}
		})
	}
}

// answers is somebody who is asked about a key.
func answers(o *operator, key ssh.PublicKey, yes bool) func(context.Context, string, []string) (bool, error) {
	return func(_ context.Context, address string, prints []string) (bool, error) {
		if address != o.sshd.address || !slices.Equal(prints, fingerprints([]ssh.PublicKey{key})) {
			o.t.Errorf("asked about %s with %v", address, prints)
		}
		return yes, nil
	}
}

func TestNobodyAnswers(t *testing.T) {
	o := newOperator(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.options.Host = "root@" + listener.Addr().String()
	listener.Close()
	var failed *providers.Failed
	if _, err := o.mustOpen().HostKeys(t.Context()); !errors.As(err, &failed) || failed.Hint() == "" {
		t.Errorf("got %v, want *Failed with a hint", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.mustOpen().HostKeys(over); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}
