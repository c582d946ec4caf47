package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/term"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
	"slipway/ui/questions"
	"slipway/ui/text"
	"slipway/ui/wizard"
)

// askFirst asks for what the command line does not say: on screens, or line by line
// if that was asked for or the terminal can't draw.
func (c *command) askFirst(ctx context.Context, f *deployFlags, asked plan.Asked, home state.Home) error {
	if f.accessible || c.streams.Getenv("TERM") == "dumb" {
		return c.questions(ctx, asked, home)
	}
	return c.wizard(ctx, asked, home)
}

// wizard asks on screens.
func (c *command) wizard(ctx context.Context, asked plan.Asked, home state.Home) error {
	c.shown = true
	ending := wizard.Run(ctx, wizard.Options{
		Asked: asked, Home: home, In: c.streams.In, Out: c.streams.Err,
		Open:    func(operator steps.Operator) engine.OpenProvider { return steps.Providers(home, operator) },
		Catalog: answers.FetchCatalog,
		Shell:   shell,
		Problem: func(err error) *engine.Problem { return problem(err, c.again) },
	})
	for _, line := range ending.Record {
		c.sayf("%s\n", line)
	}
	if ending.Outcome != nil {
		text.Fprintln(c.out, ending.Outcome.URL)
	}
	return ending.Err
}

// shell is slipway ssh for a deployment.
func shell(ctx context.Context, name string, getenv func(string) string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find slipway's own program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, "ssh", name)
	cmd.Env = append(os.Environ(), answers.TokenVariables(getenv)...)
	return cmd, nil
}

// columns is how many cells a line of a terminal has; 80 if it does not tell.
func columns(out io.Writer) int {
	if file, ok := out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// questions asks line by line.
func (c *command) questions(ctx context.Context, asked plan.Asked, home state.Home) error {
	err := questions.Run(ctx, questions.Options{
		Asked: asked, Home: home, In: c.streams.In, Out: c.streams.Err, Result: c.streams.Out,
		Open:    func(operator steps.Operator) engine.OpenProvider { return steps.Providers(home, operator) },
		Catalog: answers.FetchCatalog,
		Secret:  askSecret,
		Problem: func(err error) *engine.Problem { return problem(err, c.again) },
		Width:   func() int { return columns(c.streams.Err) },
	})
	_, c.shown = errors.AsType[*questions.Shown](err)
	return err
}
