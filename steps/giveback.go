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

// giveBackLimit is how long it may take to remove an app from a server.
const giveBackLimit = 5 * time.Minute

// giveServerBack gives a server that existed before back to its operator: it removes
// the app and the hardening, proves the operator's own login, and only then removes
// the deployment's. A server that its provider removes needs none of it.
func (r *Removal) giveServerBack(ctx context.Context, report func(line string)) error {
	host, ok := r.provider.(providers.ExistingServer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, giveBackLimit, fmt.Errorf("it took longer than %s", giveBackLimit))
	defer cancel()
	err := r.giveBack(ctx, host, report)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("remove %s from its server: %w", r.Name, err), Next: "correct that and run the same command again; " +
		"to forget the deployment and leave all of it on the server, remove the folder " + r.deployment.Dir()}
}

func (r *Removal) giveBack(ctx context.Context, host providers.ExistingServer, report func(line string)) error {
	where, err := host.Server(ctx, r.spec)
	if err != nil {
		return err
	}
	k, err := access.ReadKeys(r.deployment.Dir())
	if err != nil {
		return err
	}
	record := r.deployment.Record()
	pinned, err := access.ParseHostKeys(record.Server.HostKeys)
	if err != nil {
		return err
	}
	user := ""
	if record.Server.Address != "" {
		user = r.plan.LoginUser()
	}
	client, done, err := access.DialAny(ctx, host, where, user, pinned, k.Signers())
	if err != nil {
		return err
	}
	defer done()
	seen, err := client.Look(ctx, shell.Section(fact.SectionMark, access.Mark.Look(r.plan)))
	if err != nil {
		return err
	}
	owner, ok := access.ReadOwner(seen[fact.SectionMark])
	damaged := !ok && strings.Contains(seen[fact.SectionMark], r.plan.Tag)
	if !damaged && owner.Tag != r.plan.Tag {
		report("nothing of " + r.Name + " is on the server")
		return nil
	}
	r.plan.Login = access.LoginOf(owner, r.plan)
	token := remote.NewBoundary()
	if err := runScript(ctx, client, "remove-app", removeScript(r.plan, token), report); err != nil {
		return err
	}
	return handOver(ctx, r.plan, token, host, where, pinned, report)
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
		`mkdir -p /run/sshd`,
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
