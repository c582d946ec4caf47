package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
)

// OnPlatform is a deployment whose target has no server to log in to.
type OnPlatform struct {
	platform providers.Platform
	spec     providers.Spec
	record   state.Record
}

// OpenPlatform opens a deployment whose target is a platform; nil if it has a server,
// for which there is OpenSession. A name that is not known is a *providers.Usage. It takes
// no lock.
func OpenPlatform(name string, home state.Home, open engine.OpenProvider) (*OnPlatform, error) {
	record, err := read(home, name)
	if err != nil {
		return nil, err
	}
	p := plan.OfRecord(record)
	provider, err := open(p, home.Folder(name))
	if err != nil {
		return nil, err
	}
	platform, ok := provider.(providers.Platform)
	if !ok {
		return nil, nil
	}
	spec := plan.WithRecord(plan.SpecOf(p), record)
	return &OnPlatform{platform: platform, spec: spec, record: record}, nil
}

// Logs writes lines of the app's log to w, until there are no more or ctx ends.
func (d *OnPlatform) Logs(ctx context.Context, wanted Logs, w io.Writer) error {
	if wanted.Requests {
		return plan.Usagef("leave --requests out", "%s keeps no log of the requests that Slipway could read", d.platform.Name())
	}
	logger, err := providers.Can[providers.Logger](d.platform, providers.ToTellLog)
	if err != nil {
		return err
	}
	query := providers.LogQuery{Lines: wanted.Lines, Follow: wanted.Follow}
	if wanted.Since != "" {
		if query.Since, err = parseSince(wanted.Since, time.Now()); err != nil {
			return err
		}
	}
	return d.undelivered(logger.Logs(ctx, d.spec, query, w))
}

// Run runs a command as the release that takes the traffic does, and returns its exit
// status.
func (d *OnPlatform) Run(ctx context.Context, command providers.Command) (status int, err error) {
	runner, err := providers.Can[providers.Runner](d.platform, providers.ToRun)
	if err != nil {
		return 0, err
	}
	status, err = runner.Run(ctx, d.spec, command)
	return status, d.undelivered(err)
}

// Variables lists the names of the app's variables, sorted.
func (d *OnPlatform) Variables(ctx context.Context) ([]string, error) {
	keeper, err := providers.Can[providers.VariableKeeper](d.platform, providers.ToSetVars)
	if err != nil {
		return nil, err
	}
	names, err := keeper.Variables(ctx, d.spec)
	return names, d.undelivered(err)
}

// setVariables gives the app other variables.
func (d *OnPlatform) setVariables(ctx context.Context, set map[string]string, unset []string, emit func(engine.Event)) (changed bool, err error) {
	keeper, err := providers.Can[providers.VariableKeeper](d.platform, providers.ToSetVars)
	if err != nil {
		return false, err
	}
	tell := func(status engine.Status, changes ...providers.Change) {
		emit(engine.Event{Kind: engine.KindStep, Time: time.Now(), Step: "variables", Status: status, Changes: changes})
	}
	changed, err = keeper.SetVariables(ctx, d.spec, set, unset, func(line string) { tell(engine.Changing, providers.Change{What: line}) })
	if changed && err == nil {
		tell(engine.Changed)
	}
	return changed, d.undelivered(err)
}

// undelivered says for ErrNoApp what to do next. Other errors come back as they are.
func (d *OnPlatform) undelivered(err error) error {
	if !errors.Is(err, providers.ErrNoApp) {
		return err
	}
	return &providers.Failed{Err: fmt.Errorf("no release of %s takes the traffic: %w", d.spec.Name, err), Next: "run the command that deploys it"}
}

// rollBack lets an earlier release take the traffic, and returns its name.
func (d *OnPlatform) rollBack(ctx context.Context, to string, report func(line string)) (string, error) {
	releaser, err := providers.Can[providers.Releaser](d.platform, providers.ToGoBack)
	if err != nil {
		return "", err
	}
	kept, err := d.releases(ctx)
	if err != nil {
		return "", err
	}
	if to, err = release.Choose(kept, to); err != nil {
		return "", err
	}
	if err := releaser.RollBack(ctx, d.spec, to, report); err != nil {
		return "", fmt.Errorf("roll back to %s: %w", to, err)
	}
	return to, nil
}

// releases are those that a rollback can choose from; none if the platform keeps none.
func (d *OnPlatform) releases(ctx context.Context) ([]release.Kept, error) {
	releaser, ok := d.platform.(providers.Releaser)
	if !ok {
		return nil, nil
	}
	all, err := releaser.Releases(ctx, d.spec)
	kept := make([]release.Kept, len(all))
	for i, r := range all {
		kept[i] = release.Kept{Name: r.Name, Current: r.Current, Served: r.Served}
	}
	return kept, err
}

// sinceForms are the forms of a moment that --since takes, beside those with "ago".
var sinceForms = []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// units are the words for spans of time, without a plural's s.
var units = map[string]time.Duration{
	"second": time.Second, "sec": time.Second, "minute": time.Minute, "min": time.Minute, "hour": time.Hour,
	"day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
}

// parseSince reads a time as journalctl does: "1 hour ago", "2026-01-31 14:00",
// "yesterday". What it can't read is a *providers.Usage.
func parseSince(text string, now time.Time) (time.Time, error) {
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch text {
	case "now":
		return now, nil
	case "today":
		return midnight, nil
	case "yesterday":
		return midnight.AddDate(0, 0, -1), nil
	}
	for _, form := range sinceForms {
		if t, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return t, nil
		}
	}
	if d, err := time.ParseDuration(strings.TrimPrefix(text, "-")); err == nil {
		return now.Add(-d), nil
	}
	var n int
	var unit string
	if _, err := fmt.Sscanf(text, "%d %s ago", &n, &unit); err == nil && n >= 0 {
		if span, ok := units[strings.TrimSuffix(unit, "s")]; ok {
			return now.Add(-time.Duration(n) * span), nil
		}
	}
	return time.Time{}, plan.Usagef(`write it like "1 hour ago" or "2026-01-31 14:00"`, "the time %q can't be understood", text)
}
