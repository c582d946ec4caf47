package wizard

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
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
		o.Catalog = func(_ context.Context, _ string, open engine.OpenProvider) (answers.Catalog, error) {
			if _, err := open(plan.Plan{}, ""); err != nil {
				return answers.Catalog{}, err
			}
			if refuse {
				return answers.Catalog{}, &providers.Refused{Err: errors.New("401: unable to authenticate you"), Next: "make another token"}
			}
			return answers.OfDigitalOcean(catalog), nil
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
		o.Catalog = func(_ context.Context, _ string, open engine.OpenProvider) (answers.Catalog, error) {
			_, err := open(plan.Plan{}, "")
			if err == nil && tried[len(tried)-1] == "old" {
				err = &providers.Refused{Err: errors.New("401: expired")}
			}
			return answers.OfDigitalOcean(catalog), err
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

// TestDockerFirst is on a computer with a Docker engine where nobody is root: Docker comes
// first and stands chosen, and nothing of a server is asked.
func TestDockerFirst(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(p plan.Plan, dir string) (providers.Provider, error) {
				if p.Value(plan.KeyProvider) == plan.ProviderLocal {
					return &unfitted{}, nil
				}
				return open(operator)(p, dir)
			}
		}
	})
	p.press("enter")
	p.sees("› On this computer, in Docker", "this needs root")
	p.press("enter")
	p.sees("How shall it run?")
	p.misses("Hardening")
	p.misses("Domain")
	p.press("enter")
	p.sees("--provider docker")
}

// TestHeroku types a token that is refused, then one that is taken, then chooses.
func TestHeroku(t *testing.T) {
	var tokens []string
	p := sit(t, func(o *Options) {
		o.Asked.Getenv = func(key string) string { return map[string]string{"NETRC": "/none"}[key] }
		o.Open = func(operator steps.Operator) engine.OpenProvider {
			return func(p plan.Plan, dir string) (providers.Provider, error) {
				tokens = append(tokens, operator.Getenv("HEROKU_API_KEY"))
				return open(operator)(p, dir)
			}
		}
		o.Catalog = func(_ context.Context, provider string, open engine.OpenProvider) (answers.Catalog, error) {
			if _, err := open(plan.Plan{}, ""); err != nil || provider != answers.Heroku {
				t.Errorf("%s is asked: %v", provider, err)
			}
			if tokens[len(tokens)-1] != "good" {
				return answers.Catalog{}, &providers.Refused{Err: errors.New("401: Invalid credentials provided"), Next: "type heroku login"}
			}
			return answers.OfHeroku(dynos), nil
		}
	})
	p.press("enter", "down", "down", "down", "down", "enter")
	p.sees("A token for Heroku", "HEROKU_API_KEY", "heroku login")
	p.press("bad", "enter")
	p.sees("401: Invalid credentials provided", "type heroku login")
	p.misses("bad")
	p.press("ctrl+u", "good", "enter")
	p.sees("Which region?", "› us", "Europe", "from $5.00 a month")
	p.press("enter")
	p.sees("Which size?", "› basic", "$7.00 a month", "Prices are Heroku's own")
	p.press("enter")
	p.misses("Hardening")
	p.misses("Domain")
	p.press("enter")
	p.sees("--provider heroku --region us --size basic", "with HEROKU_API_KEY set")
}

// TestTokenOfHerokuLogin takes what heroku login left: nothing is asked, and the command
// line needs no variable.
func TestTokenOfHerokuLogin(t *testing.T) {
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("machine api.heroku.com\n  login me@example.com\n  password HRKU-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := sit(t, func(o *Options) {
		o.Asked.Getenv = func(key string) string { return map[string]string{"NETRC": netrc}[key] }
		o.Catalog = func(context.Context, string, engine.OpenProvider) (answers.Catalog, error) {
			return answers.OfHeroku(dynos), nil
		}
	})
	p.press("enter", "down", "down", "down", "down", "enter")
	p.sees("Which region?")
	p.press("enter", "enter", "enter")
	p.sees("--provider heroku --region us --size basic")
	p.misses("HEROKU_API_KEY")
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

// token is somebody who typed a token, which may have been refused.
func (p *person) token(refused string) {
	s := newToken(answers.DigitalOcean, false)
	p.w.push(s)
	p.press("dop_v1_0123456789")
	if refused != "" {
		s.checked(p.w, tokenChecked{err: &providers.Refused{Err: errors.New(refused),
			Next: "make another token at https://cloud.digitalocean.com/account/api/tokens"}})
	}
}
