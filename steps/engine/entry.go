package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// admitLimit is how long it may take until the deployment's own user is there:
// sudo may have to be installed for it.
const admitLimit = 10 * time.Minute

// Trust finds out which host key a server that exists must show, unless that is
// on record: from then on only the record counts.
func (r *Run) Trust(ctx context.Context) error {
	host, ok := r.provider.(providers.ExistingServer)
	if !ok || len(r.Record().Server.HostKeys) > 0 {
		return nil
	}
	keys, err := host.HostKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		r.vouchedFor = append(r.vouchedFor, plan.AuthorizedForm(k))
	}
	return nil
}

// firstHostKeys are pinned before the first connection: those that were vouched
// for, or the one that the first boot is given.
func (r *Run) firstHostKeys(k access.Keys) []string {
	if _, ok := r.provider.(providers.ExistingServer); ok {
		return r.vouchedFor
	}
	return []string{k.Host.Public()}
}

// pinned are the host keys that the server must show one of.
func (r *Run) pinned() ([]ssh.PublicKey, error) {
	if lines := r.Record().Server.HostKeys; len(lines) > 0 {
		return access.ParseHostKeys(lines)
	}
	return access.ParseHostKeys(r.vouchedFor)
}

// logInToExisting connects with the deployment's key or, where that does not work yet,
// as the operator. The login that is likely to be refused is tried last, because servers
// punish refused logins.
func (r *Run) logInToExisting(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	if r.server != nil {
		return nil
	}
	if r.Record().Server.User != "" {
		if err := r.connect(ctx, where); !access.WasRefused(err) {
			return err
		}
		return r.enter(ctx, host, where)
	}
	err := r.enter(ctx, host, where)
	if access.WasRefused(err) && r.connectAsAny(ctx, where) == nil {
		return nil
	}
	return err
}

// connectAsAny connects as the first of the deployment's possible users that the server
// lets in: a run that was cut off may have shut the operator out before it had proven which.
func (r *Run) connectAsAny(ctx context.Context, where providers.Server) error {
	before := r.Plan.Login
	var err error
	for _, r.Plan.Login = range plan.Logins {
		if err = r.connect(ctx, where); !access.WasRefused(err) {
			return err
		}
	}
	r.Plan.Login = before
	return err
}

// operator is the operator's own login to a server that was there before.
type operator struct {
	as remote.Target
	// letGo lets go of the operator's keys.
	letGo func()
}

// enter logs in as the operator and looks at the server. That connection carries the run
// to its end. If it drops, whichever login works takes its place: in between, the run
// makes the deployment's own login and may shut the operator's.
func (r *Run) enter(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	pinned, err := r.pinned()
	if err != nil {
		return err
	}
	client, done, err := access.DialOperator(ctx, host, where, pinned)
	if err != nil {
		return err
	}
	r.where = where
	if err = r.take(ctx, client); err == nil {
		err = r.remember("")
	}
	var own remote.Target
	if err == nil {
		own, err = r.ownTarget()
	}
	if err != nil {
		client.Close()
		done()
		return err
	}
	r.operator = &operator{as: client.Target(), letGo: done}
	client.Again(r.operator.as, own)
	return nil
}

// ownLoginWorks has connections that are made again from now on try the deployment's own
// login first, which a new connection has proven.
func (r *Run) ownLoginWorks() error {
	if r.operator == nil {
		return nil
	}
	own, err := r.ownTarget()
	if err != nil {
		return err
	}
	r.server.client.Again(own, r.operator.as)
	return r.remember(own.User)
}

// admitting are the facts that let the deployment's own user in.
var admitting = Facts{access.Mark, access.Login}

// admit makes the deployment's own user, as the operator, in one job. The caller
// proves that user's login, or else the server puts the old state back.
func (r *Run) admit(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, admitLimit, fmt.Errorf("it took longer than %s", admitLimit))
	defer cancel()
	scripts := []string{access.EnsureSudo, r.arm(admitting)}
	for _, f := range admitting {
		scripts = append(scripts, "(\n"+f.Script(r.view(f))+"\n)")
	}
	_, err := r.server.client.Run(ctx, remote.Job{Name: "admit", Script: shell.Lines(scripts...), Look: Look{Plan: r.Plan, Facts: admitting}.Script()}, r.Report)
	return err
}

// AdmitKey lets a deployment's new keys log in to a server that an earlier
// computer deployed to, and proves it by a fresh connection.
func (r *Run) AdmitKey(ctx context.Context, plan plan.Plan, graph Graph, k access.Keys, host providers.ExistingServer, where providers.Server) error {
	r.Plan, r.graph, r.facts, r.signers = plan, graph, graph.Facts(), k.Signers()
	r.Plan.AuthorizedKey = k.Login.Public()
	if err := r.enter(ctx, host, where); err != nil {
		return err
	}
	defer r.Disconnect()
	if err := r.admit(ctx); err != nil {
		return err
	}
	began := time.Now()
	stands, err := r.prove(ctx, admitting)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case stands:
		return nil
	case err == nil:
		err = errors.New("the server does not show it")
	}
	return r.unprovenError(admitting.Guarded(), err, began)
}
