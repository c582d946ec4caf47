package steps

import (
	"context"
	"fmt"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/remote"
)

// Session is a login to a deployment's server, as the user that the
// deployment has there. The caller
// closes its client.
type Session struct {
	Client *remote.Client
	plan   plan.Plan
	// serving is the release that took the traffic when the server was last asked.
	serving string
}

// OpenSession logs in to a deployment's server, for what is wanted of it. A name
// that is not known is a *providers.Usage, and so is a target that has no server.
// It takes no lock.
func OpenSession(ctx context.Context, name string, wanted providers.Ability, home state.Home, open engine.OpenProvider) (*Session, error) {
	record, err := read(home, name)
	if err != nil {
		return nil, err
	}
	p, dir := plan.OfRecord(record), home.Folder(name)
	provider, err := open(p, dir)
	if err != nil {
		return nil, err
	}
	host, err := providers.WithServer(provider, wanted)
	if err != nil {
		return nil, err
	}
	where, err := host.Server(ctx, plan.SpecOf(p))
	if err != nil {
		return nil, &providers.Failed{Err: fmt.Errorf("log in to %s: %w", name, err), Next: "run the command that deploys it again"}
	}
	k, err := access.ReadKeys(dir)
	if err != nil {
		return nil, err
	}
	pinned, err := access.ParseHostKeys(record.Server.HostKeys)
	if err != nil {
		return nil, err
	}
	client, err := access.DialDeploy(ctx, where, p.LoginUser(), pinned, k.Signers())
	if err != nil {
		return nil, err
	}
	return &Session{Client: client, plan: p}, nil
}
