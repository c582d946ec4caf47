package questions

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/appplatform"
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

// TestAppPlatform asks how many instances are wanted, and offers a size of which there can
// be so many.
func TestAppPlatform(t *testing.T) {
	var out bytes.Buffer
	err := Run(t.Context(), Options{
		Asked: plan.Asked{Sample: "hello", Flags: map[string]string{}, Getenv: func(key string) string { return map[string]string{"DIGITALOCEAN_TOKEN": "x"}[key] }},
		Home:  state.Home{Dir: t.TempDir()}, In: strings.NewReader("\n6\n\nmany\n2..10\n\n\n\n\n\n\nno\n"), Out: &out, Result: io.Discard,
		Open: func(steps.Operator) engine.OpenProvider {
			return func(plan.Plan, string) (providers.Provider, error) { return shelf{}, nil }
		},
		Catalog: func(context.Context, string, engine.OpenProvider) (answers.Catalog, error) {
			return answers.OfAppPlatform(appplatform.Catalog{Regions: []appplatform.Region{{Slug: "fra", Name: "Frankfurt", Nearest: true}},
				Sizes: []appplatform.Size{{Slug: "small", MemoryMB: 512, CPUs: "1", Monthly: 5, Single: true}, {Slug: "own", MemoryMB: 1024, CPUs: "1", Monthly: 29, Scalable: true}}}), nil
		},
		Problem: func(err error) *engine.Problem { return &engine.Problem{Error: err.Error()} },
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	has(t, out.String(), "fra: Frankfurt", "Instances: how many serve the web", "it is a number from 1 to 100, or two like 2..10",
		"small: $5.00 a month, 512 MB memory, 1 CPU (can't be chosen: there can be one instance of it only)", "Domain (", "--provider app-platform --region fra --size own --instances 2..10")
	if strings.Contains(out.String(), "Email (") || strings.Contains(out.String(), "Hardening") {
		t.Errorf("it asks:\n%s", out.String())
	}
}
