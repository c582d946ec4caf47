package commands

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
	"slipway/steps/remote"
)

func (c *command) logs() *cobra.Command {
	var wanted steps.Logs
	cmd := &cobra.Command{
		Use: "logs [NAME]", Short: "Print what the app said, or what was asked of it", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if wanted.Lines < 0 {
				return plan.Usagef("give --lines a number from 0 on", "%d lines can't be printed", wanted.Lines)
			}
			return c.inSession(cmd, args, func(s *steps.Session) string { return s.LogCommand(wanted) })
		},
	}
	cmd.Flags().BoolVarP(&wanted.Follow, "follow", "f", false, "go on with what comes")
	cmd.Flags().IntVarP(&wanted.Lines, "lines", "n", 100, "how many of the last lines")
	cmd.Flags().StringVar(&wanted.Since, "since", "", "all since a TIME instead: \"1 hour ago\", \"2026-01-31 14:00\"")
	cmd.Flags().BoolVar(&wanted.Requests, "requests", false, "the requests that nginx was asked, as JSON lines, instead of what the app said")
	return cmd
}

// inSession runs a command line on a deployment's server with this process's
// streams, and ends as it does.
func (c *command) inSession(cmd *cobra.Command, args []string, line func(*steps.Session) string) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	s, err := steps.OpenSession(cmd.Context(), name, providers.ToTellLog, home, c.providers(home, false))
	if err != nil {
		return err
	}
	defer s.Client.Close()
	err = s.Client.Attach(cmd.Context(), line(s), c.streams.In, c.streams.Out, c.streams.Err)
	return c.asEnded(err)
}

// asEnded is the error of a command on the server, whose status becomes this
// process's own.
func (c *command) asEnded(err error) error {
	if exit, ok := errors.AsType[*remote.ExitError](err); ok {
		c.shown = true
		return &ended{exit.Status}
	}
	return err
}

// ended says that a command on the server ended with a status other than 0,
// which becomes this one's.
type ended struct{ status int }

func (e *ended) Error() string { return fmt.Sprintf("the command ended with status %d", e.status) }
