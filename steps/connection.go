package steps

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/remote"
)

// bootLimit is how long a new server may take until it lets us in.
const bootLimit = 10 * time.Minute

// connection is that the server lets us in, and is the one whose host key was
// pinned.
type connection struct{}

func (connection) Name() string           { return "connection" }
func (connection) Title() string          { return "a connection to the server" }
func (connection) Phase() providers.Phase { return providers.PhaseBoot }

func (connection) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	if run.server != nil {
		return run.connected(), nil
	}
	wanted := providers.Finding{Changes: []providers.Change{{What: "log in to the server with the deployment's key"}}}
	where, err := run.provider.Server(ctx, run.spec)
	if errors.Is(err, providers.ErrNoServer) {
		return wanted, nil
	}
	if err != nil {
		return providers.Finding{}, err
	}
	err = run.connect(ctx, where)
	if waitable(err) {
		return wanted, nil
	}
	if err != nil {
		return providers.Finding{}, err
	}
	return run.connected(), nil
}

func (connection) Apply(ctx context.Context, run *Run) error {
	where, err := run.provider.Server(ctx, run.spec)
	if err != nil {
		return err
	}
	began := time.Now()
	attempt := func() (struct{}, error) {
		err := run.connect(ctx, where)
		if err != nil && !waitable(err) {
			return struct{}{}, backoff.Permanent(err)
		}
		if err != nil && time.Since(began) > 5*time.Second {
			run.report("waiting for the server to let us in: " + err.Error())
		}
		return struct{}{}, err
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, 3*time.Second
	_, err = backoff.Retry(ctx, attempt, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(bootLimit))
	if err != nil {
		return noEntry(err, where)
	}
	return nil
}

func noEntry(err error, where providers.Server) error {
	if !waitable(err) {
		return err
	}
	return &hinted{err: fmt.Errorf("the server at %s did not let us in within %s: %w", where.Address, bootLimit, err),
		next: "run the same command again to go on waiting, or slipway destroy to remove it"}
}

// waitable tells whether a failed login may work later: a server that boots
// first answers nothing, then refuses a user whom cloud-init has yet to make.
func waitable(err error) bool {
	var unreachable *remote.Unreachable
	var refused *remote.LoginRefused
	return errors.As(err, &unreachable) || errors.As(err, &refused)
}

// connect logs in, looks at the server, and keeps what it saw.
func (r *Run) connect(ctx context.Context, where providers.Server) error {
	pinned, err := parseKeys(r.Record().Server.HostKeys)
	if err != nil {
		return err
	}
	target := remote.Target{Address: where.Address, Port: where.Port, User: loginUser,
		HostKeys: pinned, Signers: r.signers}
	client, err := remote.Dial(ctx, target)
	if err != nil {
		return err
	}
	s := &server{client: client}
	if err := s.lookAll(ctx, r.Plan, facts(r.Plan), r.report); err != nil {
		client.Close()
		return err
	}
	if err := checkMark(r.Plan, s.sections[sectionMark]); err != nil {
		client.Close()
		return err
	}
	r.server = s
	return r.remember(where)
}

// remember keeps where the server answered, if that is news.
func (r *Run) remember(where providers.Server) error {
	was := r.Record().Server
	if r.onlyLooks() || was.Address == where.Address && was.Port == where.Port && was.User == loginUser {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Server.Address, record.Server.Port, record.Server.User = where.Address, where.Port, loginUser
	})
}

func (r *Run) connected() providers.Finding {
	server, system := r.Record().Server, r.server.system
	where := net.JoinHostPort(server.Address, strconv.Itoa(server.Port))
	return providers.Finding{Holds: true, Detail: fmt.Sprintf("%s@%s, %s %s, %d MB", loginUser, where, system.ID, system.Version, system.Memory)}
}

func parseKeys(lines []string) ([]ssh.PublicKey, error) {
	var keys []ssh.PublicKey
	for _, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("read the pinned host key: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
