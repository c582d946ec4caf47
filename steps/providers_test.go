package steps

import (
	"context"
	"errors"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/plan"
)

// gate is a provider that only tells what it was asked.
type gate struct {
	providers.Provider
	spec   providers.Spec
	answer error
}

func (g *gate) Check(_ context.Context, spec providers.Spec) error {
	g.spec = spec
	return g.answer
}

func TestCheckProvider(t *testing.T) {
	refused := &providers.Refused{Err: errors.New("no")}
	g := &gate{answer: refused}
	name := ""
	_, err := CheckProvider(t.Context(), "digitalocean", "", func(p plan.Plan, _ string) (providers.Provider, error) {
		name = p.Value(plan.KeyProvider)
		return g, nil
	})
	if !errors.Is(err, refused) || name != "digitalocean" {
		t.Errorf("got %v from %q", err, name)
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(g.spec.AuthorizedKey)); err != nil || g.spec.Tag == "" {
		t.Errorf("it was asked about %+v, %v", g.spec, err)
	}
	if _, err := CheckProvider(t.Context(), "moon", "", func(plan.Plan, string) (providers.Provider, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}
