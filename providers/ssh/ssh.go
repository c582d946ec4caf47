// Package ssh takes a server that exists already and that its operator logs in
// to by SSH. It makes and removes no server; it says which host key the server
// must show and with which keys the operator gets in.
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

// Options is how a Provider is made.
type Options struct {
	// Host is USER@HOST or USER@HOST:PORT; HOST may be one of ~/.ssh/config.
	Host string
	// Identity is the file of the private key to log in with; empty takes what
	// ~/.ssh/config names, the agent holds, and the usual files.
	Identity string
	// Fingerprint is the host key's, as SHA256:…; may be empty.
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

// Provider is one server of the operator's.
type Provider struct {
	options Options
	at      host
}

var _ providers.Provider = (*Provider)(nil)

// New finds out where the server is; it connects to nothing. A host that can't
// be understood is a *providers.Usage.
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

// Name is "ssh".
func (p *Provider) Name() string { return "ssh" }

// Check refuses what can't be chosen for a server that exists. It connects to
// nothing.
func (p *Provider) Check(_ context.Context, spec providers.Spec) error {
	for flag, value := range map[string]string{"region": spec.Region, "size": spec.Size, "image": spec.Image} {
		if value != "" {
			return &providers.Usage{Err: fmt.Errorf("%s %q makes no sense for the provider ssh: the server is there already", flag, value),
				Next: "leave --" + flag + " out"}
		}
	}
	return nil
}

// Resources lists the server, which is only looked at.
func (p *Provider) Resources(providers.Spec) []providers.Resource {
	return []providers.Resource{server{p}}
}

// Server tells where the server is and as whom the operator logs in.
func (p *Provider) Server(context.Context, providers.Spec) (providers.Server, error) {
	return providers.Server{Address: p.at.address, Port: p.at.port, User: p.at.user}, nil
}

// Holdings lists the server, which Destroy leaves.
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

// server is the resource that there is nothing to make.
type server struct{ p *Provider }

func (s server) Kind() string           { return kindServer }
func (s server) Title() string          { return "a server of yours" }
func (s server) Phase() providers.Phase { return providers.PhaseBoot }

// Look asks nobody: whether the server answers shows when it's logged in to.
func (s server) Look(context.Context, time.Time) (providers.Finding, error) {
	return providers.Finding{Holds: true, Detail: s.p.at.String(), Notes: s.p.at.notes}, nil
}

// Make has nothing to make.
func (s server) Make(context.Context, func(string)) error { return nil }

// String is the host as --host takes it.
func (h host) String() string {
	return h.user + "@" + net.JoinHostPort(h.address, strconv.Itoa(h.port))
}
