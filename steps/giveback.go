package steps

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/backup"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/service"
	"slipway/steps/shell"
	"slipway/steps/system"
	"slipway/steps/web"
)

// giveBackLimit is how long it may take to log in to a server, and to remove an app from it.
const giveBackLimit = 5 * time.Minute

// giveServerBack gives a server that existed before back to its operator: it removes
// the app and the hardening, proves the operator's own login, and only then removes
// the deployment's. A server that its provider removes needs none of it.
func (r *Removal) giveServerBack(ctx context.Context, report func(line string)) error {
	host, ok := r.provider.(providers.ExistingServer)
	if !ok {
		return nil
	}
	err := r.giveBack(ctx, host, report)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("remove %s from its server: %w", r.Name, err), Next: "correct that and run the same command again; " +
		"to forget the deployment and leave all of it on the server, remove the folder " + r.deployment.Dir()}
}

func (r *Removal) giveBack(ctx context.Context, host providers.ExistingServer, report func(line string)) error {
	limited := func() (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, giveBackLimit, fmt.Errorf("it took longer than %s", giveBackLimit))
	}
	entering, entered := limited()
	defer entered()
	where, err := host.Server(entering, r.spec)
	if err != nil {
		return err
	}
	pinned, err := access.ParseHostKeys(r.deployment.Record().Server.HostKeys)
	if err != nil {
		return err
	}
	client, done, err := r.enter(entering, host, where, pinned)
	if err != nil {
		return err
	}
	defer done()
	owner, ours, err := r.awaitJobs(ctx, client, report)
	if err != nil {
		return err
	}
	if !ours {
		report("nothing of " + r.Name + " is on the server")
		return nil
	}
	r.plan.Login = access.LoginOf(owner, r.plan)
	ctx, cancel := limited()
	defer cancel()
	token := remote.NewBoundary()
	if err := runScript(ctx, client, "remove-app", removeScript(r.plan, token), report); err != nil {
		return err
	}
	return handOver(ctx, r.plan, token, host, where, pinned, report)
}

// enter logs in as the deployment's own user, as far as there may be one, or as the operator.
func (r *Removal) enter(ctx context.Context, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey) (*remote.Client, func(), error) {
	k, err := access.ReadKeys(r.deployment.Dir())
	if err != nil {
		return nil, nil, err
	}
	user := ""
	if r.deployment.Record().Server.Address != "" {
		user = r.plan.LoginUser()
	}
	return access.DialAny(ctx, host, where, user, pinned, k.Signers())
}

// awaitJobs finds out whose the server is. Unless it is another deployment's, it waits for the
// jobs there, as a deployment does: what a job writes after the removal would stay.
func (r *Removal) awaitJobs(ctx context.Context, client *remote.Client, report func(line string)) (owner access.Owner, ours bool, err error) {
	for {
		seen, err := client.Look(ctx, shell.Lines(
			shell.Section(fact.SectionJobs, remote.Running()),
			shell.Section(fact.SectionMark, access.Mark.Look(r.plan))))
		if err != nil {
			return owner, false, err
		}
		mark := seen[fact.SectionMark]
		owner, whole := access.ReadOwner(mark)
		ours = owner.Tag == r.plan.Tag || !whole && strings.Contains(mark, r.plan.Tag)
		jobs := strings.Fields(seen[fact.SectionJobs])
		if len(jobs) == 0 || whole && !ours {
			return owner, ours, nil
		}
		if err := client.AwaitJobs(ctx, jobs, report); err != nil {
			return owner, ours, err
		}
	}
}

// handOver logs in as the operator, which proves that the deployment's key is not
// needed: the guard of that token lets what was put back stand, and the key goes.
func handOver(ctx context.Context, plan plan.Plan, token string, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey, report func(line string)) error {
	client, done, err := access.DialOperator(ctx, host, where, pinned)
	if err != nil {
		return fmt.Errorf("%s can't log in, so the user %s keeps its key: %w", where.User, plan.LoginUser(), err)
	}
	defer done()
	defer client.Close()
	report(where.User + " can log in as before")
	return runScript(ctx, client, "hand-over", shell.Lines(stand(token), access.Remove(plan)), report)
}

func runScript(ctx context.Context, client *remote.Client, name, script string, report func(line string)) error {
	_, err := client.Run(ctx, remote.Job{Name: name, Script: script, Look: shell.Section(name, ":")}, report)
	return err
}

// removeScript removes the app, opens what was closed, puts back what was replaced, and
// has the server do what it did before. The guard of the token puts the hardened state
// back unless the operator's login proves the other one. Each line can be run again.
func removeScript(p plan.Plan, token string) string {
	guards := []guard.Part{{Logins: []string{p.LoginUser()}}}
	for _, f := range facts(p) {
		guards = append(guards, f.Guards)
	}
	return shell.Lines(
		guard.Drop(),
		release.Remove(layout.Of(p.ServerName())),
		backup.Remove(),
		service.Remove(),
		web.Remove(p),
		guard.Arm(guard.Join(guards...), token, p.RevertTime(), []string{"destroy"}),
		system.Remove(),
		shell.PutBack,
		shell.SSHDFolder,
		`sshd -t`,
		system.Restore(),
		shell.Reload("ssh.service"),
		`if systemctl is-active --quiet nginx.service && nginx -q -t; then systemctl reload nginx.service; fi`,
		`echo "removed the firewall's rules and the settings of sshd; packages stay"`,
	)
}

// stand is shell text that lets what was put back stand, and fails if it was undone
// because the login took too long.
func stand(token string) string {
	return shell.Lines(
		`said=$(`, guard.Disarm(token), `)`,
		`if [ "$said" != `+guard.Proven+` ]; then`,
		`echo "the login came too late: the server has put the settings of the deployment back"`,
		`exit 1`,
		`fi`)
}
