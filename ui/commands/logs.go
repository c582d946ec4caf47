package commands

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/remote"
)

func (c *command) logs() *cobra.Command {
	var follow bool
	var lines int
	var since string
	cmd := &cobra.Command{
		Use: "logs [NAME]", Short: "Print what the app said", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.inSession(cmd, args, func(s *steps.Session) string { return s.LogCommand(lines, since, follow) })
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what comes")
	cmd.Flags().IntVarP(&lines, "lines", "n", 100, "how many of the last lines")
	cmd.Flags().StringVar(&since, "since", "", "all since a TIME instead, as journalctl takes it: \"1 hour ago\"")
	return cmd
}

// inSession runs a command line on a deployment's server with this process's
// streams, and ends as it does.
func (c *command) inSession(cmd *cobra.Command, args []string, line func(*steps.Session) string) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	s, err := steps.OpenSession(cmd.Context(), name, home, c.providers(home, false))
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
