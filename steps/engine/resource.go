package engine

import (
	"context"

	"slipway/providers"
)

// Resource is that something which the provider makes is there.
type Resource struct{ providers.Resource }

func (s *Resource) Name() string { return s.Kind() }

func (s *Resource) Intent() string { return s.Kind() }

func (s *Resource) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	return s.Resource.Look(ctx, run.Record().Asked(s.Kind()))
}

func (s *Resource) Apply(ctx context.Context, run *Run) error {
	if err := run.awaitFirstBoot(); err != nil {
		return err
	}
	return s.Make(ctx, run.Report)
}
