package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/fact"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// bootLimit is how long a new server may take until it lets us in.
const bootLimit = 10 * time.Minute

// existingLimit is how long a server that exists may take: a reboot, say.
const existingLimit = 3 * time.Minute

// refusedPause is how long a server that refused the login is left alone: sshd
// shuts a client out for a while that is refused often.
const refusedPause = 2 * time.Second

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Connection is a step: the server lets us in and shows the host key that was
// pinned.
type Connection struct{}

// Name is the name of the step in events.
func (Connection) Name() string { return "connection" }

// Title is what people read.
func (Connection) Title() string { return "a connection to the server" }

// Phase counts the wait for a server that boots.
func (Connection) Phase() providers.Phase { return providers.PhaseBoot }

// Look tries to log in, once.
func (Connection) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	if run.server != nil {
		return run.loggedIn(), nil
	}
	wanted := providers.Finding{Changes: []providers.Change{{What: "log in to the server with the deployment's key"}}}
	where, err := run.host.Server(ctx, run.spec)
	if errors.Is(err, providers.ErrNoServer) {
		return wanted, nil
	}
	if err != nil {
		return providers.Finding{}, err
	}
	if err = run.logInOnce(ctx, where); run.mayWorkLater(err) {
		return wanted, nil
	}
	switch {
	case err != nil:
		return providers.Finding{}, err
	case run.operator != nil:
		return run.entered(wanted), nil
	}
	return run.loggedIn(), nil
}

// logInOnce connects with the deployment's key, or as the operator where that
// key does not work yet.
func (r *Run) logInOnce(ctx context.Context, where providers.Server) error {
	if host, ok := r.provider.(providers.ExistingServer); ok {
		return r.logInToExisting(ctx, host, where)
	}
	return r.connect(ctx, where)
}

// entered tells whose login carries the run until the deployment's own works: that is
// made by one of the facts.
func (r *Run) entered(wanted providers.Finding) providers.Finding {
	if r.server.note != "" {
		wanted.Notes = append(wanted.Notes, r.server.note)
	}
	wanted.Notes = append(wanted.Notes, "each file of yours that is replaced on the server is kept there, in "+shell.Kept)
	wanted.Changes[0].Why = "until that works, this run is logged in as " + r.server.client.User()
	return wanted
}

// Apply logs in as soon as the server lets it: a new server boots first.
func (Connection) Apply(ctx context.Context, run *Run) error {
	where, err := run.host.Server(ctx, run.spec)
	if err != nil {
		return err
	}
	began := time.Now()
	attempt := func() (struct{}, error) {
		err := run.logInOnce(ctx, where)
		if err != nil && !run.mayWorkLater(err) {
			return struct{}{}, backoff.Permanent(err)
		}
		if err != nil && time.Since(began) > 5*time.Second {
			run.Report("waiting for the server to let us in: " + err.Error())
		}
		if access.WasRefused(err) {
			pause(ctx, refusedPause)
		}
		return struct{}{}, err
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, 500*time.Millisecond
	_, err = backoff.Retry(ctx, attempt, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(run.loginLimit()))
	if err != nil {
		return run.notLetIn(err, where)
	}
	return nil
}

// loginLimit is how long the server may take to let us in. A server that was
// there before has no first boot to finish.
func (r *Run) loginLimit() time.Duration {
	if _, ok := r.provider.(providers.ExistingServer); ok {
		return existingLimit
	}
	return bootLimit
}

func (r *Run) notLetIn(err error, where providers.Server) error {
	if !r.mayWorkLater(err) {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("the server at %s did not let us in within %s: %w", where.Address, r.loginLimit(), err),
		Next: "run the same command again to go on waiting, or slipway destroy to remove it"}
}

// mayWorkLater tells whether it helps to wait after a failed login. A server that
// boots answers nothing first, and then refuses a user whom cloud-init has yet to
// make. A server that was there before makes no users by itself.
func (r *Run) mayWorkLater(err error) bool {
	_, isExisting := r.provider.(providers.ExistingServer)
	var unreachable *remote.Unreachable
	return errors.As(err, &unreachable) || !isExisting && access.WasRefused(err)
}

// ownTarget is the deployment's own login.
func (r *Run) ownTarget() (remote.Target, error) {
	pinned, err := r.pinned()
	if err != nil {
		return remote.Target{}, err
	}
	return access.DeployTarget(r.where, r.Plan.LoginUser(), pinned, r.signers), nil
}

// dial logs in once with the deployment's key.
func (r *Run) dial(ctx context.Context) (*remote.Client, error) {
	target, err := r.ownTarget()
	if err != nil {
		return nil, err
	}
	return remote.Dial(ctx, target)
}

// connect logs in with the deployment's key, looks at the server, and keeps what it saw.
func (r *Run) connect(ctx context.Context, where providers.Server) error {
	r.where = where
	client, err := r.dial(ctx)
	if err != nil {
		return err
	}
	if err := r.take(ctx, client); err != nil {
		client.Close()
		return err
	}
	if r.server.armed.Token == "" {
		if err := r.pinShown(client, r.server); err != nil {
			return err
		}
	}
	return r.remember(r.Plan.LoginUser())
}

// take looks at the server through a connection, which carries the run from then on
// unless the look says that the server may not be changed.
func (r *Run) take(ctx context.Context, client *remote.Client) error {
	r.Plan.Address = r.where.Address
	s := &server{client: client}
	if err := s.lookAll(ctx, r, r.facts); err != nil {
		return err
	}
	if err := access.CheckOwner(r.Plan, s.sections[fact.SectionMark]); err != nil {
		return err
	}
	if err := r.refusal(s); err != nil {
		return err
	}
	if err := r.keepBefore(s); err != nil {
		return err
	}
	r.server = s
	return nil
}

// remember keeps where the server answered and which user of the deployment's it let in,
// if that is news. An empty user keeps the one on record.
func (r *Run) remember(user string) error {
	if r.OnlyLooks() {
		return nil
	}
	before, where := r.Record().Server, r.where
	user = cmp.Or(user, before.User)
	if before.Address == where.Address && before.Port == where.Port && before.User == user {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Server.Address, record.Server.Port, record.Server.User = where.Address, where.Port, user
	})
}

func (r *Run) loggedIn() providers.Finding {
	server, system := r.Record().Server, r.server.system
	where := net.JoinHostPort(server.Address, strconv.Itoa(server.Port))
	return providers.Finding{Holds: true, Detail: fmt.Sprintf("%s@%s, %s %s, %d MB", r.server.client.User(), where, system.ID, system.Version, system.Memory)}
}
