package wizard

import (
	"context"
	"errors"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

func TestDigitalOcean(t *testing.T) {
	refuse := true
	tokens := []string{}
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, dir string) (providers.Provider, error) {
				tokens = append(tokens, operator.Getenv("DIGITALOCEAN_ACCESS_TOKEN"))
				return open(operator)(plan, dir)
			}
		}
		o.Catalog = func(_ context.Context, open engine.OpenProvider) (digitalocean.Catalog, error) {
			if _, err := open(plan.Plan{}, ""); err != nil {
				return digitalocean.Catalog{}, err
			}
			if refuse {
				return digitalocean.Catalog{}, &providers.Refused{Err: errors.New("401: unable to authenticate you"), Next: "make another token"}
			}
			return catalog, nil
		}
	})
	p.press("enter", "down", "enter")
	p.sees("A token for DigitalOcean")
	p.press("enter")
	p.sees("paste the token")
	p.press("secret1", "enter")
	p.sees("401: unable to authenticate you", "make another token")
	p.misses("secret1")
	refuse = false
	p.press("ctrl+u", "secret2", "enter")
	p.sees("Which region?", "fra1", "from $4.00 a month", "takes no new droplets")
	if got := tokens[len(tokens)-1]; got != "secret2" {
		t.Errorf("the engine was given the token %q", got)
	}
	p.press("/", "amster")
	p.sees("ams3")
	p.misses("fra1")
	p.press("esc")
	p.sees("fra1")
	p.press("/", "frankf", "enter")
	p.sees("Which size?", "s-1vcpu-512mb-10gb", "$4.00", "512 MB", "sold out in fra1", "sold out everywhere")
	p.press("down", "enter")
	p.sees("Which size?") // what is sold out can't be chosen
	p.press("down", "enter", "enter")
	p.sees("--provider digitalocean --region fra1 --size s-1vcpu-2gb", "with DIGITALOCEAN_ACCESS_TOKEN set")
	p.misses("secret2")
	p.press("esc", "esc", "esc")
	p.sees("Which region?")
	p.press("esc")
	p.sees("Where shall it run?")
}

// TestTokenOfTheEnvironment is tried first; if it is refused, another one can be
// typed and wins.
func TestTokenOfTheEnvironment(t *testing.T) {
	for name, variable := range map[string]string{"usual": "DIGITALOCEAN_ACCESS_TOKEN", "other": "DIGITALOCEAN_TOKEN"} {
		t.Run(name, func(t *testing.T) {
			p := sit(t, func(o *Options) {
				o.Asked.Getenv = func(key string) string { return map[string]string{variable: "from the environment"}[key] }
			})
			p.press("enter", "down", "enter")
			p.sees("Which region?")
		})
	}
	var tried []string
	p := sit(t, func(o *Options) {
		o.Asked.Getenv = func(key string) string { return map[string]string{"DIGITALOCEAN_ACCESS_TOKEN": "old"}[key] }
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(plan plan.Plan, dir string) (providers.Provider, error) {
				tried = append(tried, operator.Getenv("DIGITALOCEAN_ACCESS_TOKEN"))
				return open(operator)(plan, dir)
			}
		}
		o.Catalog = func(_ context.Context, open engine.OpenProvider) (digitalocean.Catalog, error) {
			_, err := open(plan.Plan{}, "")
			if err == nil && tried[len(tried)-1] == "old" {
				err = &providers.Refused{Err: errors.New("401: expired")}
			}
			return catalog, err
		}
	})
	p.press("enter", "down", "enter")
	p.sees("A token for DigitalOcean", "401: expired")
	p.press("new", "enter")
	p.sees("Which region?")
	p.press("esc", "enter")
	p.sees("Which region?") // a token that was taken is not asked for again
}

func TestServerOfMine(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "down", "down", "enter")
	p.sees("Which server?")
	p.press("enter")
	p.sees("USER@HOST or USER@HOST:PORT")
	p.press("root@192.0.2.1", "tab", "tab", "SHA256:short", "enter")
	p.sees("SHA256: and 43 characters")
	p.press("ctrl+u", "enter", "enter")
	p.sees("--provider ssh --host root@192.0.2.1")
}

// unfitted is a computer that can't run machines.
type unfitted struct{ shelf }

func (*unfitted) Check(context.Context, providers.Spec) error {
	return &providers.Refused{Err: errors.New("this needs root")}
}

func TestWhereNothingRunsHere(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(steps.Operator) engine.OpenProvider {
			return func(plan.Plan, string) (providers.Provider, error) { return &unfitted{}, nil }
		}
	})
	p.press("enter")
	p.sees("this needs root", "› DigitalOcean")
	p.press("up", "enter")
	p.sees("Where shall it run?")
}

// TestChoicesThatAreNotBuilt: what the engine does not know is not offered.
func TestChoicesThatAreNotBuilt(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(p plan.Plan, dir string) (providers.Provider, error) {
				if p.Value(plan.KeyProvider) == "ssh" {
					return nil, plan.Usagef("", "not built")
				}
				return open(operator)(p, dir)
			}
		}
	})
	p.press("enter")
	p.sees("DigitalOcean")
	p.misses("A server of mine")
}
