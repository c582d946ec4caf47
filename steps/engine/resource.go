package engine

import (
	"context"

	"slipway/providers"
)

// Resource is a step: what the provider makes is there.
type Resource struct{ providers.Resource }

// Name is the kind of the resource.
func (s *Resource) Name() string { return s.Kind() }

// Intent is the kind under which it is on record before it is asked for.
func (s *Resource) Intent() string { return s.Kind() }

// Look tells whether it is there.
func (s *Resource) Look(ctx context.Context, run *Run) (providers.Finding, error) {
	return s.Resource.Look(ctx, run.Record().IntendedAt(s.Kind()))
}

// Apply has the provider make it.
func (s *Resource) Apply(ctx context.Context, run *Run) error {
	if err := run.expectFirstBoot(); err != nil {
		return err
	}
	return s.Make(ctx, run.Report)
}
