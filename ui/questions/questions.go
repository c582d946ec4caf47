// Package questions is the interactive face without a screen: it asks line by
// line and draws nothing, for screen readers, for terminals that can't be drawn
// on, and for whoever prefers it. Package commands runs it where the wizard can't run
// or --accessible is given.
//
// It guarantees the same as the wizard: nothing is made before the last question is
// answered with yes, and no answer is taken for one if the input ends.
package questions

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/muesli/cancelreader"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
	"slipway/ui/text"
)

// Options are what the questions work with.
type Options struct {
	// Asked is what the command line said already.
	Asked plan.Asked
	// Home is where deployments are on record.
	Home state.Home
	// Open opens providers on behalf of the person at the terminal.
	Open func(steps.Operator) engine.OpenProvider
	// Catalog asks a provider that rents whether it accepts the token, and what it sells.
	Catalog func(ctx context.Context, provider string, open engine.OpenProvider) (answers.Catalog, error)
	// Problem describes an error for people.
	Problem func(error) *engine.Problem
	// Secret asks for what must not show.
	Secret func(ctx context.Context, question string) (string, error)
	// In is where answers come from, Out where questions go, Result where the
	// URL goes.
	In          io.Reader
	Out, Result io.Writer
	// Width is how many cells a line of Out has now; lines are broken between words
	// there. nil leaves lines whole.
	Width func() int
}

// Shown is an error that the person was shown already.
type Shown struct{ Err error }

func (e *Shown) Error() string { return e.Err.Error() }

// Unwrap is the error itself.
func (e *Shown) Unwrap() error { return e.Err }

// Run asks, deploys, and returns once the app is deployed or the person leaves. It
// ends when ctx does. An error that the person was shown is a *Shown.
func Run(ctx context.Context, o Options) error {
	reader, err := cancelreader.NewReader(o.In)
	if err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	defer reader.Close()
	stop := context.AfterFunc(ctx, func() { reader.Cancel() })
	defer stop()
	o.Out = text.Writer{Out: o.Out, Width: o.Width}
	c := &conversation{Options: o, ctx: ctx, lines: bufio.NewReader(reader), answers: answers.From(o.Asked)}
	return c.run()
}

// conversation is one Run.
type conversation struct {
	Options
	ctx     context.Context
	lines   *bufio.Reader
	answers answers.Answers
	plan    plan.Plan
}

// errEnded says that the input ended. No default is taken in place of an answer.
var errEnded = plan.Usagef("nothing was changed; give --yes to take the defaults", "the input ended before every question was answered")

func (c *conversation) run() error {
	c.sayf("Slipway deploys a Python web app.\nAn empty answer takes what stands in brackets. Ctrl-C leaves at any time.\n")
	goOn, err := c.start()
	if err != nil {
		return err
	}
	if !goOn {
		for _, ask := range []func() error{c.where, c.how} {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	return c.reviewAndDeploy()
}

func (c *conversation) open() engine.OpenProvider {
	return c.Open(steps.Operator{Getenv: c.answers.Clone().Getenv, Secret: c.Secret, Trust: c.trust})
}

// trust asks whether a server shows the right host key.
func (c *conversation) trust(_ context.Context, address string, prints []string) (bool, error) {
	c.sayf("\nThe host key of %s is not in known_hosts. The server shows\n", address)
	for _, p := range prints {
		c.sayf("  %s\n", p)
	}
	c.sayf("Compare it with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints on the server.\n")
	return c.yes("Are they the same?", false)
}

func (c *conversation) sayf(format string, args ...any) { text.Fprintf(c.Out, format, args...) }

// line reads an answer.
func (c *conversation) line() (string, error) {
	answer, err := c.lines.ReadString('\n')
	switch {
	case c.ctx.Err() != nil:
		return "", context.Cause(c.ctx)
	case errors.Is(err, io.EOF):
		return "", errEnded
	case err != nil:
		return "", fmt.Errorf("read an answer: %w", err)
	}
	return strings.TrimSpace(strings.ToValidUTF8(answer, "")), nil
}

// ask asks until an answer passes the check. An empty answer is the default, which
// is checked too; "-" is an empty value where there is a default.
func (c *conversation) ask(question, preset string, check func(string) error) (string, error) {
	for {
		c.sayf("\n%s [%s] ", question, preset)
		answer, err := c.line()
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = preset
		}
		if answer == "-" && preset != "" {
			answer = ""
		}
		if check == nil {
			return answer, nil
		}
		if err := check(answer); err != nil {
			c.sayf("%q can't be used: %v\n", answer, err)
			continue
		}
		return answer, nil
	}
}

// yes asks a question for yes or no.
func (c *conversation) yes(question string, preset bool) (bool, error) {
	word := "no"
	if preset {
		word = "yes"
	}
	answer, err := c.ask(question+" yes or no", word, func(answer string) error {
		switch strings.ToLower(answer) {
		case "y", "yes", "n", "no":
			return nil
		}
		return errors.New("answer yes or no")
	})
	return strings.HasPrefix(strings.ToLower(answer), "y"), err
}

// option is one thing that can be chosen.
type option struct {
	id, text string
	// why says why it can't be chosen now; empty if it can.
	why string
}

// choose asks for one of a list, by number or by name.
func (c *conversation) choose(question string, options []option, preset string) (string, error) {
	c.sayf("\n%s\n", question)
	number := "1"
	for i, o := range options {
		line := fmt.Sprintf("  %d. %s", i+1, o.text)
		if o.why != "" {
			line += " (can't be chosen: " + o.why + ")"
		}
		c.sayf("%s\n", line)
		if o.id == preset {
			number = strconv.Itoa(i + 1)
		}
	}
	id := ""
	_, err := c.ask("Number", number, func(answer string) error {
		for i, o := range options {
			if answer != strconv.Itoa(i+1) && answer != o.id {
				continue
			}
			if o.why != "" {
				return errors.New(o.why)
			}
			id = o.id
			return nil
		}
		return fmt.Errorf("answer with a number from 1 to %d", len(options))
	})
	return id, err
}
