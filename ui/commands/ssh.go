package commands

import (
	"context"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/plan"
	"slipway/steps/remote"
)

func (c *command) ssh() *cobra.Command {
	var known bool
	cmd := &cobra.Command{
		Use: "ssh [NAME] [-- COMMAND]", Short: "Log in to a deployment's server, or run a command there",
		Long: `Log in to a deployment's server as its own user, who may use sudo; or run a command
there, whose exit status becomes slipway's. A single word with spaces in it is passed
to the shell. To use your own ssh, add the server's host key first:
slipway ssh NAME --known-hosts >>~/.ssh/known_hosts`,
		Args: beforeDash,
		RunE: func(cmd *cobra.Command, args []string) error {
			if known {
				return c.knownHosts(args)
			}
			dash := cmd.ArgsLenAtDash()
			if dash >= 0 && dash < len(args) {
				line := shellescape.QuoteCommand(shellWords(args[dash:]))
				return c.inSession(cmd, args[:dash], providers.ToLogIn, c.streams.Out, c.streams.Err, func(*steps.Session) string { return line })
			}
			return c.logIn(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&known, "known-hosts", false, "only print the server's host key, as a line for known_hosts")
	return cmd
}

// logIn gives a person a shell on the server.
func (c *command) logIn(cmd *cobra.Command, args []string) error {
	if !c.streams.Terminal {
		return plan.Usagef("give a command: slipway ssh NAME -- COMMAND", "there is no terminal to log in on")
	}
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	s, err := steps.OpenSession(cmd.Context(), name, providers.ToLogIn, home, c.providers(home, false))
	if err != nil {
		return err
	}
	defer s.Client.Close()
	return c.onTerminal(cmd.Context(), s.Client, "")
}

// onTerminal runs a command line, or a login shell if it is empty, on a terminal of
// the server.
func (c *command) onTerminal(ctx context.Context, client *remote.Client, line string) error {
	t, restore, err := attachTerminal()
	if err != nil {
		return err
	}
	defer restore()
	return client.Shell(ctx, line, t.Type, c.streams.In, c.streams.Out, t.Resized, t.Size)
}
