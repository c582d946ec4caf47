package questions

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/heroku"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// unfitted is a computer that can't run machines.
type unfitted struct{ shelf }

func (unfitted) Check(context.Context, providers.Spec) error { return errors.New("this needs root") }

// TestPlatformsAreAskedNothingOfAServer chooses Docker by an empty answer, where nobody is
// root, and Heroku by its number.
func TestPlatformsAreAskedNothingOfAServer(t *testing.T) {
	for provider, typed := range map[string]string{
		plan.ProviderDocker: "\n\n\n\n\n\nno\n",
		plan.ProviderHeroku: "\n5\n\n\n\n\n\n\nno\n",
	} {
		t.Run(provider, func(t *testing.T) {
			var out bytes.Buffer
			err := Run(t.Context(), Options{
				Asked: plan.Asked{Sample: "hello", Flags: map[string]string{}, Getenv: func(key string) string { return map[string]string{"NETRC": "/none"}[key] }},
				Home:  state.Home{Dir: t.TempDir()}, In: strings.NewReader(typed), Out: &out, Result: io.Discard,
				Open: func(steps.Operator) engine.OpenProvider {
					return func(p plan.Plan, _ string) (providers.Provider, error) {
						if p.Value(plan.KeyProvider) == plan.ProviderLocal {
							return unfitted{}, nil
						}
						return shelf{}, nil
					}
				},
				Catalog: func(context.Context, string, engine.OpenProvider) (answers.Catalog, error) {
					return answers.OfHeroku(heroku.Catalog{Regions: []string{"eu", "us"}, Sizes: []heroku.Size{{Name: "basic", MemoryGB: 0.5, Monthly: 7}}}), nil
				},
				Secret: func(_ context.Context, question string) (string, error) {
					out.WriteString(question)
					return "HRKU-1", nil
				},
				Problem: func(err error) *engine.Problem { return &engine.Problem{Error: err.Error()} },
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v:\n%s", err, out.String())
			}
			has(t, out.String(), "1. On this computer, in Docker: free", "this needs root", "--provider "+provider)
			if strings.Contains(out.String(), "Hardening") || strings.Contains(out.String(), "Domain (") || strings.Contains(out.String(), "HRKU-1") {
				t.Errorf("it asks:\n%s", out.String())
			}
			if provider == plan.ProviderHeroku {
				has(t, out.String(), "Heroku token (it does not show)", "us: United States", "basic: $7.00 a month, 512 MB memory", "with HEROKU_API_KEY set", "--region us --size basic")
			}
		})
	}
}
