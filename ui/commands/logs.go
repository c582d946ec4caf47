package commands

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/ui/text"
)

func (c *command) logs() *cobra.Command {
	var wanted steps.Logs
	cmd := &cobra.Command{
		Use: "logs [NAME]", Short: "Print the app's log, or its requests", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if wanted.Lines < 0 {
				return plan.Usagef("give --lines a number from 0 on", "%d lines can't be printed", wanted.Lines)
			}
			// A log has what the app and its visitors wrote. A line of the requests is JSON and
			// stays so; it is shown as it is kept, in a file too.
			each := text.Clean
			if wanted.Requests {
				each = text.EscapeJSON
			}
			out, complaints := text.NewStream(c.streams.Out, each), text.NewStream(c.streams.Err, text.Clean)
			err := c.printLogs(cmd, args, wanted, out, complaints)
			return errors.Join(err, out.Close(), complaints.Close())
		},
	}
	cmd.Flags().BoolVarP(&wanted.Follow, "follow", "f", false, "go on with new lines")
	cmd.Flags().IntVarP(&wanted.Lines, "lines", "n", 100, "print this many of the last lines")
	cmd.Flags().StringVar(&wanted.Since, "since", "", "print all lines since a TIME instead: \"1 hour ago\", \"2026-01-31 14:00\"")
	cmd.Flags().BoolVar(&wanted.Requests, "requests", false, "print the requests that nginx logged, as JSON lines, instead of the app's log")
	return cmd
}

// printLogs prints a log of a server, or of a platform.
func (c *command) printLogs(cmd *cobra.Command, args []string, wanted steps.Logs, out, complaints io.Writer) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	platform, err := steps.OpenPlatform(name, home, c.providers(home, false))
	if err != nil {
		return err
	}
	if platform != nil {
		return platform.Logs(cmd.Context(), wanted, out)
	}
	return c.inSession(cmd, args, providers.ToTellLog, out, complaints, func(s *steps.Session) string { return s.LogCommand(wanted) })
}

// inSession runs a command line on a deployment's server with this process's input,
// and returns its exit status as an *ended.
func (c *command) inSession(cmd *cobra.Command, args []string, wanted providers.Ability, stdout, stderr io.Writer, line func(*steps.Session) string) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	s, err := steps.OpenSession(cmd.Context(), name, wanted, home, c.providers(home, false))
	if err != nil {
		return err
	}
	defer s.Client.Close()
	err = s.Client.Attach(cmd.Context(), line(s), c.streams.In, stdout, stderr)
	return c.asEnded(err)
}

// asEnded makes an *ended of the exit status of a command on the server.
func (c *command) asEnded(err error) error {
	if exit, ok := errors.AsType[*remote.ExitError](err); ok {
		c.shown = true
		return &ended{exit.Status}
	}
	return err
}

// ended is the status, other than 0, of a command on the server. It becomes this
// process's exit code.
type ended struct{ status int }

func (e *ended) Error() string { return fmt.Sprintf("the command ended with status %d", e.status) }
