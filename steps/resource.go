package steps

import (
	"context"

	"slipway/providers"
)

// resource is that something which the provider makes is there.
type resource struct{ providers.Resource }

func (s *resource) Name() string   { return s.Kind() }
func (s *resource) Intent() string { return s.Kind() }

func (s *resource) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	return s.Resource.Look(ctx, run.Record().Asked(s.Kind()))
}

func (s *resource) Apply(ctx context.Context, run *Run) error {
	if err := run.awaitFirstBoot(); err != nil {
		return err
	}
	return s.Make(ctx, run.report)
}
