package steps

import (
	"context"

	"slipway/providers"
)

// preflight is that the provider would do what is asked, as far as that can be
// known before anything is made.
type preflight struct{}

func (preflight) Name() string           { return "preflight" }
func (preflight) Title() string          { return "what is needed is there" }
func (preflight) Phase() providers.Phase { return providers.PhaseOther }

func (preflight) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	if err := run.Plan.checkDomain(); err != nil {
		return providers.Finding{}, err
	}
	if err := run.Provider().Check(ctx, run.Spec()); err != nil {
		return providers.Finding{}, err
	}
	if err := run.trust(ctx); err != nil {
		return providers.Finding{}, err
	}
	return providers.Finding{Holds: true, Detail: run.Plan.describeApp(), Notes: append(run.Plan.domainLeftOut(), run.Plan.App.Warnings...)}, nil
}

// Apply has nothing to do: what preflight finds wrong only a person can mend.
func (preflight) Apply(context.Context, *Run) error { return nil }
