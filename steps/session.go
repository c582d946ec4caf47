package steps

import (
	"context"
	"errors"
	"fmt"

	"slipway/state"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// Session is a connection to a deployment's server, as the user deploy. Close
// its client.
type Session struct {
	Client *remote.Client
	plan   Plan
}

// OpenSession logs in to a deployment's server. A name that is not known is a
// *Usage. It takes no lock.
func OpenSession(ctx context.Context, name string, home state.Home, open OpenProvider) (*Session, error) {
	record, err := home.Read(name)
	if errors.Is(err, state.ErrUnknown) {
		return nil, errNothing(name)
	}
	if err != nil {
		return nil, err
	}
	plan, dir := PlanOf(record), home.Folder(name)
	provider, err := open(plan, dir)
	if err != nil {
		return nil, err
	}
	where, err := provider.Server(ctx, specOf(plan))
	if err != nil {
		return nil, &hinted{err: fmt.Errorf("log in to %s: %w", name, err), next: "run the command that deploys it again"}
	}
	k, err := readKeys(dir)
	if err != nil {
		return nil, err
	}
	pinned, err := parseKeys(record.Server.HostKeys)
	if err != nil {
		return nil, err
	}
	client, err := dialDeploy(ctx, where, pinned, k.signers())
	if err != nil {
		return nil, err
	}
	return &Session{Client: client, plan: plan}, nil
}

// LogCommand is the command line that prints what the app's releases said:
// the last lines, or those since a time as journalctl takes it, and with follow
// whatever comes.
func (s *Session) LogCommand(lines int, since string, follow bool) string {
	words := []string{"sudo", "-n", "journalctl", "--quiet", "--no-pager", "--output=short-iso",
		"--unit=" + s.plan.layout().user + "-*.service", fmt.Sprintf("--lines=%d", lines)}
	if since != "" {
		words = append(words[:len(words)-1], "--since="+since)
	}
	if follow {
		words = append(words, "--follow")
	}
	return shell.Command(words...)
}
