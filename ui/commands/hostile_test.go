package commands

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"slipway/steps"
	"slipway/steps/audit"
	"slipway/steps/engine"
	"slipway/ui/golden"
)

// TestHostileOutput has every text that comes from servers, apps and providers be
// hostile, in what each command prints.
func TestHostileOutput(t *testing.T) {
	var condition steps.Condition
	var report audit.Report
	var summary steps.Summary
	var event engine.Event
	var found engine.Problem
	for _, p := range []any{&condition, &report, &summary, &event, &found} {
		golden.Fill(p)
	}
	for what, print := range map[string]func(*bytes.Buffer) error{
		"status":        func(out *bytes.Buffer) error { printStatus(out, condition); return nil },
		"status --json": func(out *bytes.Buffer) error { return printStatusJSON(out, condition) },
		"audit":         func(out *bytes.Buffer) error { printAudit(out, golden.Hostile, report); return nil },
		"audit --json":  func(out *bytes.Buffer) error { return printAuditJSON(out, golden.Hostile, report) },
		"list":          func(out *bytes.Buffer) error { return printList(out, []steps.Summary{summary}) },
		"list --json":   func(out *bytes.Buffer) error { return printEach(out, []steps.Summary{summary}) },
		"doctor": func(out *bytes.Buffer) error {
			d := drift{name: golden.Hostile, notes: []string{golden.Hostile}, steps: []engine.Event{event}}
			d.print(out)
			return nil
		},
		"env":        func(out *bytes.Buffer) error { return printVariables(out, []string{golden.Hostile}, false) },
		"env --json": func(out *bytes.Buffer) error { return printVariables(out, []string{golden.Hostile}, true) },
		"an error": func(out *bytes.Buffer) error {
			found.Error = golden.Hostile
			printProblem(out, &found)
			if strings.Count(out.String(), "\nerror: ")+strings.Count(out.String(), "\nhint: ") != 1 {
				return errors.New("it has another error or hint: " + out.String())
			}
			return nil
		},
	} {
		var out bytes.Buffer
		if err := print(&out); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if out.Len() == 0 {
			t.Errorf("%s printed nothing", what)
		}
		golden.Harmless(t, what, out.String())
	}
}

// TestHostileArguments gives words of the command line back in errors, by way of Main.
func TestHostileArguments(t *testing.T) {
	for _, args := range [][]string{{"status", golden.Hostile}, {"--" + golden.Hostile}, {"list", golden.Hostile, "x"}, {"deploy", golden.Hostile, "--yes"}, {golden.Hostile, "--help"}} {
		var out, err bytes.Buffer
		home := t.TempDir()
		Main(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &err, Getenv: func(name string) string {
			if name == "SLIPWAY_HOME" {
				return home
			}
			return ""
		}})
		golden.Harmless(t, "stdout of "+args[0][:1], out.String())
		golden.Harmless(t, "stderr of "+args[0][:1], err.String())
	}
}
