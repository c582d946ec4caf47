package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
)

// The exit codes, as the README promises them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitHeld        = 4
	exitInterrupted = 130
)

// exitCode is the one place that maps errors to exit codes.
func exitCode(err error) int {
	var (
		usage   *providers.Usage
		refused *providers.Refused
		held    *state.Held
	)
	if e, ok := errors.AsType[*ended](err); ok {
		return e.status
	}
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &refused):
		return exitRefused
	case errors.As(err, &held):
		return exitHeld
	}
	return exitFailed
}

// Interrupted is why a context ended that a signal ended.
type Interrupted struct{}

func (Interrupted) Error() string { return "interrupted" }

// Unwrap makes it a cancellation to whoever asks.
func (Interrupted) Unwrap() error { return context.Canceled }

// hint is what to type next, if the error knows.
func hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// problem describes an error. again is the command that continues.
func problem(err error, again string) *engine.Problem {
	p := &engine.Problem{Error: err.Error(), Hint: hint(err), Code: exitCode(err)}
	switch {
	case p.Code == exitInterrupted:
		p.Error, p.Hint = "interrupted", "this continues: "+again
	case p.Code == exitFailed && p.Hint == "":
		p.Hint = "mend what it names, then this continues: " + again
	case p.Code == exitUsage && p.Hint != "":
		if !strings.HasSuffix(p.Error, p.Hint) {
			p.Error += ": " + p.Hint
		}
		p.Hint = ""
	}
	return p
}

// printProblem prints an error for people: one line if it is about usage.
func printProblem(w io.Writer, p *engine.Problem) {
	fmt.Fprintf(w, "error: %s\n", p.Error)
	if p.Hint != "" {
		fmt.Fprintf(w, "hint: %s\n", p.Hint)
	}
}
