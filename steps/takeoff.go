package steps

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// takeOffLimit is how long it may take to take an app off a server.
const takeOffLimit = 5 * time.Minute

// takeOff gives a server that existed before back to its operator: first the
// app and the locks go, then the operator's own login is proven, and only then
// goes the deployment's. A server that a provider removes needs none of it.
func (r *Removal) takeOff(ctx context.Context, report func(line string)) error {
	host, ok := r.provider.(providers.ExistingServer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, takeOffLimit, fmt.Errorf("it took longer than %s", takeOffLimit))
	defer cancel()
	err := r.giveBack(ctx, host, report)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("take %s off its server: %w", r.Name, err), Next: "mend that and run the same command again; " +
		"to forget the deployment and leave all of it on the server, remove the folder " + r.deployment.Dir()}
}

func (r *Removal) giveBack(ctx context.Context, host providers.ExistingServer, report func(line string)) error {
	where, err := r.provider.Server(ctx, r.spec)
	if err != nil {
		return err
	}
	k, err := readKeys(r.deployment.Dir())
	if err != nil {
		return err
	}
	record := r.deployment.Record()
	pinned, err := parseKeys(record.Server.HostKeys)
	if err != nil {
		return err
	}
	client, done, err := anyLogin(ctx, host, where, pinned, k.signers(), record.Server.Address != "")
	if err != nil {
		return err
	}
	defer done()
	owner, err := client.Look(ctx, shell.Section(sectionMark, mark.look(r.plan)))
	if err != nil {
		return err
	}
	if !strings.Contains(owner[sectionMark], r.plan.Tag) {
		report("nothing of " + r.Name + " is on the server")
		return nil
	}
	if err := runScript(ctx, client, "take-off", takeOffScript(r.plan), report); err != nil {
		return err
	}
	return handOver(ctx, r.plan, host, where, pinned, report)
}

// handOver proves that the operator gets in without the deployment's key, and
// takes that one off as the operator.
func handOver(ctx context.Context, plan Plan, host providers.ExistingServer, where providers.Server, pinned []ssh.PublicKey, report func(line string)) error {
	client, done, err := dialOperator(ctx, host, where, pinned)
	if err != nil {
		return fmt.Errorf("%s can't log in, so the user %s keeps its key: %w", where.User, loginUser, err)
	}
	defer done()
	defer client.Close()
	report(where.User + " can log in as before")
	return runScript(ctx, client, "hand-over", removeAccess(plan), report)
}

func runScript(ctx context.Context, client *remote.Client, name, script string, report func(line string)) error {
	_, err := client.Run(ctx, remote.Job{Name: name, Script: script, Look: shell.Section(name, ":")}, report)
	return err
}

// takeOffScript removes the app, opens what was closed, and puts back what was
// replaced. Each line can be run again.
func takeOffScript(p Plan) string {
	return shell.Lines(
		guard.Drop,
		removeRelease(layoutOf(p.Name)),
		removeWeb(p),
		removeSystem(),
		shell.PutBack,
		`sshd -t`,
		shell.Reload("ssh.service"),
		`if systemctl is-active --quiet nginx.service && nginx -q -t; then systemctl reload nginx.service; fi`,
		`echo "removed the firewall's rules and the settings of sshd; packages stay"`,
	)
}
