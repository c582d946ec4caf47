package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/fact"
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

// entry is the operator's own login, used until the deployment's works.
type entry struct {
	*server
	done func()
}

func (e *entry) close() {
	e.client.Close()
	e.done()
}

// logInToExisting connects with the deployment's key or, where that does not work yet,
// as the operator: then entry is set, and server is not. The login that is
// likely to be refused is tried last, because servers punish refused logins.
func (r *Run) logInToExisting(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	if r.server != nil || r.entry != nil {
		return nil
	}
	if r.Record().Server.Address != "" {
		if err := r.connect(ctx, where); !access.WasRefused(err) {
			return err
		}
		return r.enter(ctx, host, where)
	}
	err := r.enter(ctx, host, where)
	if access.WasRefused(err) && r.connect(ctx, where) == nil {
		return nil
	}
	return err
}

// enter logs in as the operator and looks at the server.
func (r *Run) enter(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	pinned, err := r.pinned()
	if err != nil {
		return err
	}
	client, done, err := access.DialOperator(ctx, host, where, pinned)
	if err != nil {
		return err
	}
	r.Plan.Address = where.Address
	e := &entry{server: &server{client: client}, done: done}
	if err = e.lookAll(ctx, r, r.facts); err == nil {
		err = access.CheckOwner(r.Plan, e.sections[fact.SectionMark])
	}
	if err == nil {
		err = r.refusal(e.server)
	}
	if err == nil {
		err = r.keepBefore(e.server)
	}
	if err != nil {
		e.close()
		return err
	}
	r.entry = e
	return nil
}

// admitting are the facts that let the deployment's own user in.
var admitting = Facts{access.Mark, access.Login}

// admission is what has to change until the deployment's own login works.
func (r *Run) admission() []providers.Change {
	var changes []providers.Change
	for _, f := range admitting {
		changes = append(changes, f.Decide(r.entry.view(f, r))...)
	}
	return changes
}

// admit makes the deployment's own user, as the operator, in one job. The caller
// proves that user's login, or else the server puts the old state back.
func (r *Run) admit(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, admitLimit, fmt.Errorf("it took longer than %s", admitLimit))
	defer cancel()
	scripts := []string{access.EnsureSudo, r.arm(admitting)}
	for _, f := range admitting {
		scripts = append(scripts, "(\n"+f.Script(r.entry.view(f, r))+"\n)")
	}
	_, err := r.entry.client.Run(ctx, remote.Job{Name: "admit", Script: shell.Lines(scripts...), Look: LookScript(r.Plan, admitting)}, r.Report)
	return err
}

// admitProven makes the deployment's own user and proves its login.
func (r *Run) admitProven(ctx context.Context, where providers.Server) error {
	if err := r.admit(ctx); err != nil {
		return err
	}
	began := time.Now()
	stands, err := r.prove(ctx, func(ctx context.Context) (*remote.Client, error) { return r.dial(ctx, where) }, admitting)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case stands:
		return nil
	case err == nil:
		err = errors.New("the server does not show it")
	}
	unproven := r.unprovenError(admitting.Guarded(), err, began)
	if access.WasRefused(err) {
		return &providers.Failed{Err: unproven,
			Next: "if sshd on the server has AllowUsers or AllowGroups, let " + r.Plan.LoginUser() + " in there, then run the same command again"}
	}
	return unproven
}

// AdmitKey lets a deployment's new keys log in to a server that an earlier
// computer deployed to, and proves it by a fresh connection.
func (r *Run) AdmitKey(ctx context.Context, plan plan.Plan, facts Facts, k access.Keys, host providers.ExistingServer, where providers.Server) error {
	r.Plan, r.facts, r.signers = plan, facts, k.Signers()
	r.Plan.AuthorizedKey = k.Login.Public()
	if err := r.enter(ctx, host, where); err != nil {
		return err
	}
	defer r.leaveEntry()
	return r.admitProven(ctx, where)
}

// leaveEntry ends the operator's login.
func (r *Run) leaveEntry() {
	if r.entry != nil {
		r.entry.close()
		r.entry = nil
	}
}
