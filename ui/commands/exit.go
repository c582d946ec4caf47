package commands

import (
	"context"
	"errors"
	"io"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/ui/cause"
	"slipway/ui/text"
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

// exitCode maps errors to exit codes. Nothing else does.
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

// Interrupted is the cause of a context that a signal ended.
type Interrupted struct{}

func (Interrupted) Error() string { return "interrupted" }

// Unwrap makes it a context.Canceled to errors.Is.
func (Interrupted) Unwrap() error { return context.Canceled }

// hint is what to type next, or empty if the error has none.
func hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// remedyOf is what to do about what a step's program printed, or empty if that is not
// known.
func remedyOf(err error) string {
	step, ok := errors.AsType[*engine.StepError](err)
	if !ok {
		return ""
	}
	remedy, _ := cause.RemedyOf(err.Error(), step.Folder)
	return remedy.Next
}

// problem describes an error for a face. again is the command that continues.
func problem(err error, again string) *engine.Problem {
	p := &engine.Problem{Error: err.Error(), Hint: hint(err), Code: exitCode(err)}
	remedy := remedyOf(err)
	switch {
	case p.Code == exitFailed && remedy != "" && p.Hint == "":
		p.Hint = remedy + "; then this continues: " + again
	case p.Code == exitFailed && remedy != "":
		p.Hint = remedy + "; " + p.Hint
	case p.Code == exitInterrupted:
		p.Error, p.Hint = "interrupted", "this continues: "+again
	case p.Code == exitFailed && p.Hint == "":
		p.Hint = "fix the cause, then this continues: " + again
	case p.Code == exitUsage && p.Hint != "":
		if !strings.HasSuffix(p.Error, p.Hint) {
			p.Error += ": " + p.Hint
		}
		p.Hint = ""
	}
	return p
}

// printProblem prints an error for people.
func printProblem(w io.Writer, p *engine.Problem) {
	for _, line := range cause.Report(p) {
		text.Fprintln(w, line)
	}
}
