package wizard

import (
	"context"
	"errors"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

func TestTheEngineAsks(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, _ string) (providers.Provider, error) {
				return &curious{shelf{plan: plan}, operator}, nil
			}
		}
	})
	p.press("enter", "enter")
	_, cmd := p.w.Update(tea.KeyMsg{Type: tea.KeyEnter})
	_, look := p.w.Update(cmd())
	p.w.Update(p.w.listen()())
	p.sees("Is this the server?", "192.0.2.1", "SHA256:abc")
	p.press("down", "enter")
	p.do(look)
	p.sees("makes  a machine", "--host-key-fingerprint SHA256:abc")
}

// curious is a shelf that wants to know whom to trust.
type curious struct {
	shelf
	operator steps.Operator
}

func (c *curious) Check(ctx context.Context, spec providers.Spec) error {
	if spec.Name != "hello" {
		return nil // it is only asked whether it would
	}
	yes, err := c.operator.Trust(ctx, "192.0.2.1", []string{"ssh-ed25519 SHA256:abc"})
	if err == nil && !yes {
		return errors.New("not trusted")
	}
	return err
}
