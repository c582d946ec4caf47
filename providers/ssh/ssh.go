// Package ssh is the provider of a server that exists already and that its
// operator logs in to by SSH. It makes and removes no server; it says which host
// key the server must show and with which keys the operator logs in.
//
// No password, no signature and not even a user's name is sent to the server
// before somebody has vouched for its host key: known_hosts, the fingerprint that
// was given, or the operator, who is asked. If known_hosts or the fingerprint
// contradicts the key, nobody is asked and nothing is sent.
//
// Of the operator's files, ~/.ssh/config, known_hosts and private keys are read and
// none is written. Passphrases and passwords come from the environment or from
// the operator, and are never kept.
package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"slipway/providers"
)

// Options are what a Provider is made with.
type Options struct {
	// Host is USER@HOST or USER@HOST:PORT; HOST may be a Host of ~/.ssh/config.
	Host string
	// Identity is the file of the private key to log in with. If it is empty, the
	// keys are those that ~/.ssh/config names, those that the agent holds, and
	// those in the files that OpenSSH tries by itself.
	Identity string
	// Fingerprint is the host key's fingerprint, as SHA256:…; may be empty.
	Fingerprint string
	// Getenv reads the operator's environment: HOME, SSH_AUTH_SOCK,
	// SLIPWAY_IDENTITY_PASSPHRASE and SLIPWAY_SUDO_PASSWORD.
	Getenv func(string) string
	// Secret asks the operator for a password or passphrase; nil where nobody
	// can be asked.
	Secret func(ctx context.Context, question string) (string, error)
	// Trust asks the operator whether the server may show the host key with one
	// of these fingerprints; nil where nobody can be asked.
	Trust func(ctx context.Context, address string, fingerprints []string) (bool, error)
}

// Provider is the one server that Options.Host names. It implements
// providers.Provider and providers.ExistingServer.
type Provider struct {
	options Options
	at      host
}

var (
	_ providers.Provider       = (*Provider)(nil)
	_ providers.ExistingServer = (*Provider)(nil)
)

// New finds out from Options.Host and ~/.ssh/config where the server is; it does
// not connect. A host that can't be understood is a *providers.Usage.
func New(o Options) (*Provider, error) {
	if o.Host == "" {
		return nil, &providers.Usage{Err: errors.New("there is no server to log in to"), Next: "give --host USER@HOST or --host USER@HOST:PORT"}
	}
	at, err := findHost(o.Host, o.Getenv("HOME"))
	if err != nil {
		return nil, err
	}
	return &Provider{options: o, at: at}, nil
}

// Name is what --provider calls it: "ssh".
func (p *Provider) Name() string { return "ssh" }

// Check refuses a region, a size or an image with a *providers.Usage: they can't
// be chosen for a server that exists. It does not connect.
func (p *Provider) Check(_ context.Context, spec providers.Spec) error {
	for flag, value := range map[string]string{"region": spec.Region, "size": spec.Size, "image": spec.Image} {
		if value != "" {
			return &providers.Usage{Err: fmt.Errorf("%s %q makes no sense for the provider ssh: the server is there already", flag, value),
				Next: "leave --" + flag + " out"}
		}
	}
	return nil
}

// Resources lists the server. Its Look always holds, so nothing is ever made.
func (p *Provider) Resources(providers.Spec) []providers.Resource {
	return []providers.Resource{server{p}}
}

// Server tells where the server's sshd answers and as which user the operator logs
// in.
func (p *Provider) Server(context.Context, providers.Spec) (providers.Server, error) {
	return providers.Server{Address: p.at.address, Port: p.at.port, User: p.at.user}, nil
}

// Holdings lists the server, which Destroy does not remove.
func (p *Provider) Holdings(context.Context, providers.Spec) ([]providers.Holding, error) {
	return []providers.Holding{{Kind: kindServer, ID: p.at.String(), Detail: "yours: destroy takes the app off it and leaves it"}}, nil
}

// Destroy removes nothing: the server is the operator's.
func (p *Provider) Destroy(ctx context.Context, _ providers.Spec, report func(line string)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	report("the server " + p.at.String() + " stays")
	return nil
}

const kindServer = "server"

// server is the only resource. There is nothing to make: it exists.
type server struct{ p *Provider }

func (s server) Kind() string           { return kindServer }
func (s server) Title() string          { return "a server of yours" }
func (s server) Phase() providers.Phase { return providers.PhaseBoot }

// Look does not connect: whether the server answers is seen at the first login.
func (s server) Look(context.Context, time.Time) (providers.Finding, error) {
	return providers.Finding{Holds: true, Detail: s.p.at.String(), Notes: s.p.at.notes}, nil
}

// Make has nothing to make.
func (s server) Make(context.Context, func(string)) error { return nil }

// String is the host as --host takes it.
func (h host) String() string {
	return h.user + "@" + net.JoinHostPort(h.address, strconv.Itoa(h.port))
}
