package steps

import (
	"context"
	"fmt"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// Rollback lets an earlier release take the traffic again: the one that is named,
// or the newest before the current one if none is. The release must answer first;
// if it does not, the current one goes on. Rollback returns the release that takes
// the traffic. A release that is not on the server is a *providers.Usage, which
// lists those that are.
func Rollback(ctx context.Context, name, to string, home state.Home, open engine.OpenProvider, report func(line string)) (string, error) {
	d, err := holdSettled(home, name)
	if err != nil {
		return "", err
	}
	defer d.Close()
	platform, err := OpenPlatform(name, home, open)
	if err != nil {
		return "", err
	}
	if platform != nil {
		if to, err = platform.rollBack(ctx, to, report); err != nil {
			return "", err
		}
		return to, d.Update(func(r *state.Record) { r.Release = to })
	}
	s, err := OpenSession(ctx, name, providers.ToGoBack, home, open)
	if err != nil {
		return "", err
	}
	defer s.Client.Close()
	kept, history, err := s.history(ctx)
	if err != nil {
		return "", err
	}
	to, err = release.Choose(kept, to)
	if err != nil {
		return "", err
	}
	for _, k := range kept {
		if ran := history.RanSince(k); k.Name == to && len(ran) > 0 {
			report(fmt.Sprintf("note: release %s ran its release command, and the data stays as that left it; --with-data brings the data of before it back too", strings.Join(ran, " and ")))
		}
	}
	job := remote.Job{Name: "apply", Script: release.SwitchScript(layout.Of(s.plan.ServerName()), to), Look: shell.Section("health", shell.Command("cat", layout.Of(s.plan.ServerName()).Health(to)))}
	looked, err := s.Client.Run(ctx, job, report)
	if err != nil {
		return "", fmt.Errorf("roll back to %s: %w", to, err)
	}
	return to, d.Update(func(r *state.Record) { rolledBack(r, to, looked["health"]) })
}

// rolledBack puts the release on record, and the health check that it passed.
func rolledBack(r *state.Record, to, health string) {
	r.Release = to
	settings, ok := release.ReadHealth(health)
	if !ok {
		return
	}
	for key, value := range settings {
		if value != "" && plan.CheckShared(key, value) != nil {
			continue // slipway wrote no such path, status or time
		}
		if delete(r.Settings, key); value != "" {
			r.Settings[key] = value
		}
	}
}

// Releases lists the kept releases, the newest first.
func (s *Session) Releases(ctx context.Context) ([]release.Kept, error) {
	l := layout.Of(s.plan.ServerName())
	out, err := s.Client.Output(ctx, release.LookKept(l))
	if err != nil {
		return nil, err
	}
	return release.ParseKept(out), nil
}
