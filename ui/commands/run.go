package commands

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
)

func (c *command) run() *cobra.Command {
	return &cobra.Command{
		Use: "run [NAME] -- COMMAND", Short: "Run a command in the app's own environment",
		Long: `Run a command on the server as the app runs there: as its user, in its sandbox, in the
folder of its source, with its packages, variables and state folder. The command's
exit status becomes slipway's. Before a first release answers, the command runs in the
newest one whose packages are installed. On a terminal the command gets a terminal. A single
word with spaces in it is passed to the shell. To run a command as the user who logs in,
who may use sudo, use slipway ssh.`,
		Example: `  slipway run -- python manage.py migrate
  slipway run shop -- python manage.py shell
  slipway run -- 'ls -l "$STATE_DIRECTORY" | head'`,
		Args: beforeDash,
		RunE: func(cmd *cobra.Command, args []string) error {
			dash := cmd.ArgsLenAtDash()
			if dash < 0 || dash == len(args) {
				return plan.Usagef("slipway run NAME -- COMMAND", "there is no command to run")
			}
			home, name, err := c.about(args[:dash])
			if err != nil {
				return err
			}
			words := shellWords(args[dash:])
			platform, err := steps.OpenPlatform(name, home, c.providers(home, false))
			if err != nil {
				return err
			}
			if platform != nil {
				return c.runOnPlatform(cmd.Context(), platform, words)
			}
			s, err := steps.OpenSession(cmd.Context(), name, providers.ToRun, home, c.providers(home, false))
			if err != nil {
				return err
			}
			defer s.Client.Close()
			return c.runInApp(cmd.Context(), s, words)
		},
	}
}

// shellWords passes a single word with spaces in it to the shell, as ssh does: it
// can be a pipe.
func shellWords(words []string) []string {
	if len(words) == 1 && strings.ContainsAny(words[0], " \t\n") {
		return []string{"/bin/sh", "-c", words[0]}
	}
	return words
}

// beforeDash refuses more than one argument before "--".
func beforeDash(cmd *cobra.Command, args []string) error {
	if n := cmd.ArgsLenAtDash(); n >= 0 {
		args = args[:n]
	}
	return most(1)(cmd, args)
}

func (c *command) runInApp(ctx context.Context, s *steps.Session, words []string) error {
	onTerminal := c.streams.Terminal && c.streams.OutTerminal
	command, err := s.Command(ctx, onTerminal, words)
	if err != nil {
		return err
	}
	if command.Early {
		c.sayf("no release takes the traffic yet: the command runs in release %s\n", command.Release)
	}
	if onTerminal {
		err = c.onTerminal(ctx, s.Client, command.Line)
	} else {
		err = s.Client.Attach(ctx, command.Line, c.streams.In, c.streams.Out, c.streams.Err)
	}
	if ctx.Err() != nil {
		// On the server it would go on.
		if stopErr := s.Stop(context.WithoutCancel(ctx), command); stopErr != nil {
			c.sayf("the command may still run on the server: %v\n", stopErr)
		}
	}
	return c.asEnded(err)
}

// runOnPlatform runs a command where there is no server to log in to.
func (c *command) runOnPlatform(ctx context.Context, platform *steps.OnPlatform, words []string) error {
	return c.attached(func(command providers.Command) (int, error) { return platform.Run(ctx, command) }, words)
}

// attached runs a command with the caller's streams, and on their terminal if there is one.
func (c *command) attached(run func(providers.Command) (status int, err error), words []string) error {
	command := providers.Command{Words: words, Stdin: c.streams.In, Stdout: c.streams.Out, Stderr: c.streams.Err}
	if c.streams.Terminal && c.streams.OutTerminal {
		t, restore, err := attachTerminal()
		if err != nil {
			return err
		}
		defer restore()
		command.Terminal = t
	}
	status, err := run(command)
	if err == nil && status != 0 {
		c.shown = true
		return &ended{status}
	}
	return err
}
