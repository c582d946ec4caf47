package steps

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// admitLimit is how long it may take until the deployment's own user is there:
// sudo may have to be installed for it.
const admitLimit = 10 * time.Minute

// trust finds out which host key a server that exists must show, unless that is
// on record: from then on only the record counts.
func (r *Run) trust(ctx context.Context) error {
	host, ok := r.provider.(providers.ExistingServer)
	if !ok || len(r.Record().Server.HostKeys) > 0 {
		return nil
	}
	keys, err := host.HostKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		r.trusted = append(r.trusted, authorizedForm(k))
	}
	return nil
}

// firstHostKeys are pinned before the first connection: those that were vouched
// for, or the one that the first boot is given.
func (r *Run) firstHostKeys(k keys) []string {
	if _, ok := r.provider.(providers.ExistingServer); ok {
		return r.trusted
	}
	return []string{k.host.public()}
}

// pinned are the host keys that the server must show one of.
func (r *Run) pinned() ([]ssh.PublicKey, error) {
	if lines := r.Record().Server.HostKeys; len(lines) > 0 {
		return parseKeys(lines)
	}
	return parseKeys(r.trusted)
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

// getThere connects with the deployment's key or, where that does not work yet,
// as the operator: then entry is set, and server is not. The login that is
// likely to be refused is tried last, because servers punish refused logins.
func (r *Run) getThere(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	if r.server != nil || r.entry != nil {
		return nil
	}
	if r.Record().Server.Address != "" {
		if err := r.connect(ctx, where); !wasRefused(err) {
			return err
		}
		return r.enter(ctx, host, where)
	}
	err := r.enter(ctx, host, where)
	if wasRefused(err) && r.connect(ctx, where) == nil {
		return nil
	}
	return err
}

func wasRefused(err error) bool {
	var refused *remote.LoginRefused
	return errors.As(err, &refused)
}

// enter logs in as the operator and looks at the server.
func (r *Run) enter(ctx context.Context, host providers.ExistingServer, where providers.Server) error {
	pinned, err := r.pinned()
	if err != nil {
		return err
	}
	client, done, err := dialOperator(ctx, host, where, pinned)
	if err != nil {
		return err
	}
	r.Plan.Address = where.Address
	e := &entry{server: &server{client: client}, done: done}
	if err = e.lookAll(ctx, r.Plan, r.facts, r.report); err == nil {
		err = checkMark(r.Plan, e.sections[sectionMark])
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

// dialOperator logs in as the operator, who must be able to become root.
func dialOperator(ctx context.Context, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey) (*remote.Client, func(), error) {
	signers, done, err := host.Signers(ctx)
	if err != nil {
		return nil, nil, err
	}
	target := remote.Target{Address: where.Address, Port: where.Port, User: where.User, HostKeys: pinned, Signers: signers}
	client, err := remote.Dial(ctx, target)
	if wasRefused(err) {
		err = &providers.Refused{Err: err, Next: "give --identity FILE, a private key whose public half is in " + where.User + "'s authorized_keys"}
	}
	if err == nil {
		client, err = becomesRoot(ctx, client, target, host)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return client, done, nil
}

// anyLogin logs in with the deployment's key if it ever worked, else as the
// operator. The second result closes the client.
func anyLogin(ctx context.Context, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey, signers []ssh.Signer, worked bool) (*remote.Client, func(), error) {
	if len(pinned) == 0 {
		return nil, nil, errors.New("the server was never connected to")
	}
	if worked {
		client, err := dialDeploy(ctx, where, pinned, signers)
		if !wasRefused(err) {
			return client, func() { client.Close() }, err
		}
	}
	client, done, err := dialOperator(ctx, host, where, pinned)
	if err != nil {
		return nil, nil, err
	}
	return client, func() { client.Close(); done() }, nil
}

// becomesRoot returns a client whose scripts run as root: the one that was
// given or, where sudo wants a password, another one that knows it.
func becomesRoot(ctx context.Context, client *remote.Client, target remote.Target, host providers.ExistingServer) (*remote.Client, error) {
	err := client.TrySudo(ctx)
	if err == nil {
		return client, nil
	}
	client.Close()
	var exit *remote.ExitError
	if !errors.As(err, &exit) {
		return nil, err
	}
	if target.SudoPassword, err = host.SudoPassword(ctx); err != nil {
		return nil, err
	}
	next := "set SLIPWAY_SUDO_PASSWORD to the password of " + target.User + ", or log in as a user who may become root"
	if target.SudoPassword == "" {
		return nil, &providers.Refused{Err: fmt.Errorf("%s can't become root on %s without a password: %w", target.User, target.Address, exit), Next: next}
	}
	if client, err = remote.Dial(ctx, target); err != nil {
		return nil, err
	}
	if err = client.TrySudo(ctx); err == nil {
		return client, nil
	}
	client.Close()
	if errors.As(err, &exit) {
		return nil, &providers.Refused{Err: fmt.Errorf("%s can't become root on %s: %w", target.User, target.Address, exit), Next: next}
	}
	return nil, err
}

// admitting are the facts that let the deployment's own user in.
var admitting = onServer{mark, login}

// admission is what has to change until the deployment's own login works.
func (r *Run) admission() []providers.Change {
	var changes []providers.Change
	for _, f := range admitting {
		changes = append(changes, f.decide(r.entry.view(f, r))...)
	}
	return changes
}

// admit makes the deployment's own user, as the operator, in one job. The caller
// proves that user's login, or else the server puts the old state back.
func (r *Run) admit(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, admitLimit, fmt.Errorf("it took longer than %s", admitLimit))
	defer cancel()
	scripts := []string{ensureSudo, r.arm(admitting)}
	for _, f := range admitting {
		scripts = append(scripts, "(\n"+f.script(r.entry.view(f, r))+"\n)")
	}
	_, err := r.entry.client.Run(ctx, remote.Job{Name: "admit", Script: shell.Lines(scripts...), Look: lookScript(r.Plan, admitting)}, r.report)
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
	unproven := r.unproven(admitting.guarded(), err, began)
	if wasRefused(err) {
		return &providers.Failed{Err: unproven,
			Next: "if sshd on the server has AllowUsers or AllowGroups, let " + loginUser + " in there, then run the same command again"}
	}
	return unproven
}

// admitKey lets a deployment's new keys log in to a server that an earlier
// computer deployed to, and proves it by a fresh connection.
func (r *Run) admitKey(ctx context.Context, plan Plan, facts onServer, k keys, host providers.ExistingServer, where providers.Server) error {
	r.Plan, r.facts, r.signers = plan, facts, k.signers()
	r.Plan.AuthorizedKey = k.login.public()
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
