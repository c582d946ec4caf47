package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"slipway/providers/digitalocean"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
	"slipway/ui/questions"
	"slipway/ui/wizard"
)

// askFirst asks what is not said yet: on screens, or line by line where these
// are not wanted or can't be drawn.
func (c *command) askFirst(ctx context.Context, f *deployFlags, asked plan.Asked, home state.Home) error {
	if f.accessible || c.streams.Getenv("TERM") == "dumb" {
		return c.questions(ctx, asked, home)
	}
	return c.wizard(ctx, asked, home)
}

// wizard asks what is not said yet, on a terminal.
func (c *command) wizard(ctx context.Context, asked plan.Asked, home state.Home) error {
	c.shown = true
	ending := wizard.Run(ctx, wizard.Options{
		Asked: asked, Home: home, In: c.streams.In, Out: c.streams.Err,
		Open:    func(operator steps.Operator) engine.OpenProvider { return steps.Providers(home, operator) },
		Sale:    sale,
		Shell:   shell,
		Problem: func(err error) *engine.Problem { return problem(err, c.again) },
	})
	for _, line := range ending.Record {
		c.sayf("%s\n", line)
	}
	if ending.Outcome != nil {
		fmt.Fprintln(c.streams.Out, ending.Outcome.URL)
	}
	return ending.Err
}

// sale asks DigitalOcean whether it would make a server at all, and what it
// sells.
func sale(ctx context.Context, open engine.OpenProvider) (digitalocean.Catalog, error) {
	provider, err := steps.AskProvider(ctx, answers.DigitalOcean, "", open)
	if err != nil {
		return digitalocean.Catalog{}, err
	}
	cloud, ok := provider.(*digitalocean.Provider)
	if !ok {
		return digitalocean.Catalog{}, fmt.Errorf("%s has no catalog", provider.Name())
	}
	return cloud.Catalog(ctx)
}

// shell is slipway itself, as it logs in to a deployment's server.
func shell(ctx context.Context, name string, getenv func(string) string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find slipway's own program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "ssh", name)
	cmd.Env = os.Environ()
	if token := getenv(answers.TokenVariable); token != "" {
		cmd.Env = append(cmd.Env, answers.TokenVariable+"="+token)
	}
	return cmd, nil
}

// questions asks line by line.
func (c *command) questions(ctx context.Context, asked plan.Asked, home state.Home) error {
	err := questions.Run(ctx, questions.Options{
		Asked: asked, Home: home, In: c.streams.In, Out: c.streams.Err, Result: c.streams.Out,
		Open:    func(operator steps.Operator) engine.OpenProvider { return steps.Providers(home, operator) },
		Sale:    sale,
		Secret:  askSecret,
		Problem: func(err error) *engine.Problem { return problem(err, c.again) },
	})
	_, c.shown = errors.AsType[*questions.Shown](err)
	return err
}
