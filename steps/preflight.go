package steps

import (
	"context"
	"slices"

	"slipway/providers"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/service"
)

// preflight is the step that checks that the provider would do what is asked, as far as that can be
// known before anything is made.
type preflight struct{}

func (preflight) Name() string { return "preflight" }

func (preflight) Title() string { return "what is needed is there" }

func (preflight) Phase() providers.Phase { return providers.PhaseOther }

func (preflight) Look(ctx context.Context, run *engine.Run) (providers.Finding, error) {
	if err := run.Plan.CheckDomain(); err != nil {
		return providers.Finding{}, err
	}
	if run.Record().Server.Address == "" {
		if err := backup.CheckAccess(run.Plan); err != nil {
			return providers.Finding{}, err
		}
	}
	if err := run.Provider().Check(ctx, run.Spec()); err != nil {
		return providers.Finding{}, err
	}
	if err := run.Trust(ctx); err != nil {
		return providers.Finding{}, err
	}
	others, err := namesakes(ctx, run)
	if err != nil {
		return providers.Finding{}, err
	}
	small, err := tooSmall(ctx, run)
	if err != nil {
		return providers.Finding{}, err
	}
	return providers.Finding{Holds: true, Detail: run.Plan.DescribeApp(), Notes: slices.Concat(run.Plan.OmittedDomain(), run.Plan.App.Warnings, detailsOf(run.Plan, run.Provider()), others, small)}, nil
}

// tooSmall says, before a server is rented or gets another size, whether its size is small
// for the databases beside the app, and what a bigger one costs.
func tooSmall(ctx context.Context, run *engine.Run) ([]string, error) {
	renter, ok := run.Provider().(providers.Renter)
	record := run.Record()
	kept := record.Server.Address != "" && (run.Spec().KeepSize || record.Settings[plan.KeySize] == run.Plan.Value(plan.KeySize))
	if !ok || len(run.Plan.Services()) == 0 || kept {
		return nil, nil
	}
	size, bigger, err := renter.Sizes(ctx, run.Spec(), service.Least(run.Plan))
	if err != nil {
		return nil, err
	}
	if said := service.TooSmall(run.Plan, size.MemoryMB, bigger); said != "" {
		return []string{said}, nil
	}
	return nil, nil
}

// Apply has nothing to do: what preflight finds wrong only a person can mend.
func (preflight) Apply(context.Context, *engine.Run) error { return nil }
