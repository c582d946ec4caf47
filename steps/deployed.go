package steps

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// which says which release on the server is meant.
type which int

const (
	// serving is the one that takes the traffic.
	serving which = iota
	// onRecord is the one that was deployed last, by the record.
	onRecord
	// whole is the one that takes the traffic or, if none does, the newest with its
	// packages.
	whole
)

//go:embed newestrelease.sh
var newestReleaseScript string

// deployed is the plan of a release on the server. It has no Bundle: the source is on the
// server only.
func (s *Session) deployed(ctx context.Context, meant which) (plan.Plan, error) {
	l, p := layout.Of(s.plan.ServerName()), s.plan
	id := `release="$serving"`
	switch {
	case meant == onRecord && p.Release != "":
		id = `release=` + shell.Quote(p.Release)
	case meant == whole:
		newest := shell.Script(newestReleaseScript, shell.Values{"releases": l.Releases()})
		id = shell.Lines(`release="$serving"`, `if [ -z "$release" ]; then release=$(`, newest, `); fi`)
	}
	seen, err := s.Client.Look(ctx, shell.Lines(
		release.FindServing(l),
		id,
		shell.Section("serving", `echo "$serving"`),
		shell.Section("release", `echo "$release"`),
		shell.Section("notes", `cat `+shell.Quote(l.Releases())+`/"$release"/release.json`)))
	if err != nil {
		return plan.Plan{}, err
	}
	if s.serving = shell.SplitLines(seen["serving"])[0]; !release.NamePattern.MatchString(s.serving) {
		s.serving = ""
	}
	var notes release.Notes
	p.Release = shell.SplitLines(seen["release"])[0]
	if !release.NamePattern.MatchString(p.Release) || json.Unmarshal([]byte(seen["notes"]), &notes) != nil {
		return plan.Plan{}, s.noRelease()
	}
	p.App, p.DependencyHash = notes.App, notes.DependencyHash
	return p, p.ResolveIdentity(ctx)
}

func (s *Session) noRelease() error {
	return &providers.Failed{Err: fmt.Errorf("no whole release of %s is on its server", s.plan.Name), Next: "run the command that deploys it again"}
}

// DeployedPlan is the plan of a deployment as it was last deployed, from the
// record and what the server keeps of the release. A preview of it looks for drift,
// and to deploy it mends the drift. It has no Bundle: the app's source is on the
// server only. A name that is not known is a *providers.Usage.
func DeployedPlan(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (plan.Plan, error) {
	return deployedPlan(ctx, name, onRecord, providers.ToExamine, home, open)
}

// deployed is the plan of the release on record: the platform keeps the rest.
func (d *OnPlatform) deployed() (plan.Plan, error) {
	p := plan.OfRecord(d.record)
	if p.Release == "" {
		return plan.Plan{}, &providers.Failed{Err: fmt.Errorf("no release of %s was delivered", p.Name), Next: "run the command that deploys it again"}
	}
	return p, nil
}

// deployedPlan logs in once to find out what is deployed.
func deployedPlan(ctx context.Context, name string, meant which, wanted providers.Ability, home state.Home, open engine.OpenProvider) (plan.Plan, error) {
	platform, err := OpenPlatform(name, home, open)
	if err != nil {
		return plan.Plan{}, err
	}
	if platform != nil {
		return platform.deployed()
	}
	s, err := OpenSession(ctx, name, wanted, home, open)
	if err != nil {
		return plan.Plan{}, err
	}
	plan, err := s.deployed(ctx, meant)
	return plan, errors.Join(err, s.Client.Close())
}
