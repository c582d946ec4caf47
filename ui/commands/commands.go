// Package commands is the command line: it reads flags and the environment, chooses
// a face, and ends with an exit code. main calls Main, and nothing else does.
//
// It guarantees to scripts: one place maps errors to exit codes (exit.go). On success
// the last line of stdout is the result; progress, prompts and logs go to stderr. A
// usage error is one line, and nothing was done. Without a terminal and without
// --yes nothing is asked: the command ends with 2 and names the flag.
package commands

//go:generate go test . -run TestListOfSettings -update

import (
	"context"
	"io"
	"os"
	"runtime/debug"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/text"
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal tells whether In and Err are a person's terminal.
	Terminal bool
	// OutTerminal tells whether Out is a person's terminal.
	OutTerminal bool
	Getenv      func(string) string
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, streams Streams) int {
	c := &command{streams: streams, out: text.Writer{Out: streams.Out}, err: text.Writer{Out: streams.Err}, again: shellescape.QuoteCommand(append([]string{"slipway"}, args...))}
	root := c.root()
	root.SetArgs(nameLast(args))
	root.SetIn(streams.In)
	root.SetOut(c.out)
	root.SetErr(c.err)
	err := root.ExecuteContext(ctx)
	if err != nil && !c.shown {
		printProblem(c.err, problem(err, c.again))
	}
	return exitCode(err)
}

// command is what the subcommands share.
type command struct {
	// streams are the process's own. Only JSON and what a command on the server printed
	// go to them; what people read goes to out and err.
	streams  Streams
	out, err text.Writer
	// again is the command line itself, which hints tell to run again.
	again string
	// shown is true if a face has printed the error.
	shown bool
}

func (c *command) home() (state.Home, error) { return state.Locate(c.streams.Getenv) }

func (c *command) root() *cobra.Command {
	root := c.deploy()
	root.AddCommand(c.deployAlias(), c.list(), c.status(), c.logs(), c.ssh(), c.run(), c.db(), c.env(), c.audit(), c.doctor(), c.rollback(), c.backup(), c.restore(), c.move(), c.adopt(), c.init(), c.eject(), c.harden(), c.destroy())
	root.Version = version()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return plan.Usagef("slipway --help shows the flags", "%s", err.Error())
	})
	return root
}

// version is what the binary was built from, as far as the build noted it.
func version() string {
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Version == "" {
		return "unknown"
	}
	return build.Main.Version
}

// most refuses more than n arguments.
func most(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return plan.Usagef("slipway --help shows what it takes", "%s", "too many arguments: "+shellescape.QuoteCommand(args))
		}
		return nil
	}
}

// about returns the name of the deployment that a command is about: the one that was
// given, else the only one on record. Anything else is a *providers.Usage.
func (c *command) about(args []string) (state.Home, string, error) {
	home, err := c.home()
	if err != nil {
		return state.Home{}, "", err
	}
	if len(args) == 0 {
		name, err := steps.OneName(home)
		return home, name, err
	}
	if err := plan.CheckName(args[0]); err != nil {
		return state.Home{}, "", plan.Usagef(err.Error(), "%s", "there is no deployment "+shellescape.Quote(args[0]))
	}
	return home, args[0], nil
}

// SystemStreams are the process's own, with its environment.
func SystemStreams(terminal, outTerminal bool) Streams {
	return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Terminal: terminal, OutTerminal: outTerminal, Getenv: getenv}
}

// getenv is the process's environment. HOME is set on every system: Windows has another
// name for it.
func getenv(key string) string {
	value := os.Getenv(key)
	if key == "HOME" && value == "" {
		return homeFolder(os.Getenv)
	}
	return value
}
