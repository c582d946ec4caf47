package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/hardening"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// takeOffLimit is how long it may take to take an app off a server.
const takeOffLimit = 5 * time.Minute

// takeOff gives a server that existed before back to its operator: first the
// app and the locks go, then the operator's own login is proven, and only then
// goes the deployment's. A server that a provider removes needs none of it.
func (r *Removal) takeOff(ctx context.Context, report func(line string)) error {
	host, ok := r.provider.(existing)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, takeOffLimit, fmt.Errorf("it took longer than %s", takeOffLimit))
	defer cancel()
	err := r.giveBack(ctx, host, report)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &hinted{err: fmt.Errorf("take %s off its server: %w", r.Name, err), next: "mend that and run the same command again; " +
		"to forget the deployment and leave all of it on the server, remove the folder " + r.deployment.Dir()}
}

func (r *Removal) giveBack(ctx context.Context, host existing, report func(line string)) error {
	where, err := r.provider.Server(ctx, r.spec)
	if err != nil {
		return err
	}
	run := &Run{Plan: r.plan, provider: r.provider, spec: r.spec, deployment: r.deployment,
		emit: func(Event) {}, spent: map[providers.Phase]float64{}, seconds: map[string]float64{}}
	if err := run.removalKeys(); err != nil {
		return err
	}
	client, done, err := run.anyLogin(ctx, host, where)
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
	return run.handOver(ctx, host, where, report)
}

// removalKeys takes the keys of a deployment that is about to go.
func (r *Run) removalKeys() error {
	k, err := readKeys(r.deployment.Dir())
	if err != nil {
		return err
	}
	r.signers, r.Plan.AuthorizedKey = k.signers(), k.login.public()
	return nil
}

// anyLogin logs in with the deployment's key if it ever worked, else as the
// operator.
func (r *Run) anyLogin(ctx context.Context, host existing, where providers.Server) (*remote.Client, func(), error) {
	pinned, err := r.pinned()
	if err != nil {
		return nil, nil, err
	}
	if len(pinned) == 0 {
		return nil, nil, errors.New("the server was never connected to")
	}
	if r.Record().Server.Address != "" {
		client, err := dialDeploy(ctx, where, pinned, r.signers)
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

// handOver proves that the operator gets in without the deployment's key, and
// takes that one off as the operator.
func (r *Run) handOver(ctx context.Context, host existing, where providers.Server, report func(line string)) error {
	pinned, err := r.pinned()
	if err != nil {
		return err
	}
	client, done, err := dialOperator(ctx, host, where, pinned)
	if err != nil {
		return fmt.Errorf("%s can't log in, so the user %s keeps its key: %w", where.User, loginUser, err)
	}
	defer done()
	defer client.Close()
	report(where.User + " can log in as before")
	return runScript(ctx, client, "hand-over", handOverScript(r.Plan), report)
}

func runScript(ctx context.Context, client *remote.Client, name, script string, report func(line string)) error {
	_, err := client.Run(ctx, remote.Job{Name: name, Script: script, Look: shell.Section(name, ":")}, report)
	return err
}

// takeOffScript removes the app, opens what was closed, and puts back what was
// replaced. Each line can be run again.
func takeOffScript(p Plan) string {
	l := p.layout()
	return shell.Lines(
		guard.Drop,
		`units=$(systemctl list-unit-files --plain --no-legend `+shell.Command(l.user+"-*.service", l.user+"-*.socket")+` | cut -d' ' -f1)`,
		`[ -z "$units" ] || systemctl --quiet disable --now $units`,
		`rm -f /etc/systemd/system/`+l.user+`-*.service /etc/systemd/system/`+l.user+`-*.socket`,
		`systemctl daemon-reload`,
		`echo "stopped and removed the app's units"`,
		removeCertificate(),
		shell.Command("rm", "-f", nginxEnabled+p.Name, siteFile(p), secureSiteFile(p)),
		shell.Command("rm", "-rf", l.root(), l.state(), logsFolder, cacheFolder),
		`if getent passwd `+l.user+` >/dev/null; then userdel `+l.user+`; fi`,
		`echo "removed the app, its data and its user"`,
		`nft delete table inet slipway 2>/dev/null || :`,
		`systemctl --quiet disable --now slipway-logrotate.timer swapfile.swap 2>/dev/null || :`,
		shell.Command("rm", "-f", swapPath, "/etc/systemd/system/"+appSlice, "/etc/systemd/system/"+onceSlice),
		`rm -f `+shell.Command(writtenFiles()...),
		shell.PutBack,
		`sshd -t`,
		shell.Reload("ssh.service"),
		`if systemctl is-active --quiet nginx.service && nginx -q -t; then systemctl reload nginx.service; fi`,
		`echo "removed the firewall's rules and the settings of sshd; packages stay"`,
	)
}

// writtenFiles are slipway's own files outside the app's folders; those that
// others had written are put back after.
func writtenFiles() []string {
	return append(append(hardening.Paths(), append(paths(requestLogFiles), paths(swapFiles)...)...), firewallPath)
}

// handOverScript takes off the deployment's login and the mark, the mark last.
func handOverScript(p Plan) string {
	return shell.Lines(
		`home=$(getent passwd `+loginUser+` | cut -d: -f6)`,
		`keys="$home/.ssh/authorized_keys"`,
		`if [ -n "$home" ] && [ -f "$keys" ]; then`,
		`  grep -v `+shell.Quote(" "+p.Tag+"$")+` "$keys" >"$keys.slipway-part" || :`,
		`  cat "$keys.slipway-part" >"$keys"`,
		`  rm -f "$keys.slipway-part"`,
		`fi`,
		`if [ -e `+wasUnlocked+` ]; then usermod --unlock `+loginUser+`; fi`,
		shell.Command("rm", "-f", sudoersFile.Path),
		`echo "removed the deployment's keys; the user `+loginUser+` stays"`,
		shell.Command("rm", "-rf", "/etc/slipway", "/var/lib/slipway"),
	)
}
