package steps

import (
	"context"
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

// deployed is the plan of a release on the server: of the one on record, or of the
// one that takes the traffic. It has no Bundle: the source is on the server only.
func (s *Session) deployed(ctx context.Context, onRecord bool) (plan.Plan, error) {
	l, p := layout.Of(s.plan.Name), s.plan
	id := `"$serving"`
	if onRecord && p.Release != "" {
		id = shell.Quote(p.Release)
	}
	seen, err := s.Client.Look(ctx, shell.Lines(
		release.FindServing(l),
		`release=`+id,
		shell.Section("release", `echo "$release"`),
		shell.Section("notes", `cat `+shell.Quote(l.Releases())+`/"$release"/release.json`)))
	if err != nil {
		return plan.Plan{}, err
	}
	var notes release.Notes
	p.Release = shell.SplitLines(seen["release"])[0]
	if p.Release == "" || json.Unmarshal([]byte(seen["notes"]), &notes) != nil {
		return plan.Plan{}, s.noRelease()
	}
	p.App, p.DependencyHash = notes.App, notes.DependencyHash
	return p, p.ResolveIdentity()
}

func (s *Session) noRelease() error {
	return &providers.Failed{Err: fmt.Errorf("no whole release of %s is on its server", s.plan.Name), Next: "run the command that deploys it again"}
}

// DeployedPlan is the plan of a deployment as it was last deployed, from the
// record and what the server keeps of the release. A preview of it looks for drift,
// and to deploy it mends the drift. It has no Bundle: the app's source is on the
// server only. A name that is not known is a *providers.Usage.
func DeployedPlan(ctx context.Context, name string, home state.Home, open engine.OpenProvider) (plan.Plan, error) {
	return deployedPlan(ctx, name, true, providers.ToExamine, home, open)
}

// deployedPlan logs in once to find out what is deployed.
func deployedPlan(ctx context.Context, name string, onRecord bool, wanted providers.Ability, home state.Home, open engine.OpenProvider) (plan.Plan, error) {
	s, err := OpenSession(ctx, name, wanted, home, open)
	if err != nil {
		return plan.Plan{}, err
	}
	plan, err := s.deployed(ctx, onRecord)
	return plan, errors.Join(err, s.Client.Close())
}
