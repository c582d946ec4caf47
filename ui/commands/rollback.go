package commands

import (
	"fmt"

	"github.com/spf13/cobra"

	"slipway/steps"
)

func (c *command) rollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback [NAME] [RELEASE]", Short: "Let an earlier release take the traffic again", Args: most(2),
		Long: `Let an earlier release take the traffic again: the one that is named, else the
newest before the current one. It must answer first; if it does not, the current
one goes on. The release comes back with the variables that it had.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			to := ""
			if len(args) == 2 {
				to = args[1]
			}
			release, err := steps.Rollback(cmd.Context(), name, to, home, c.providers(home, false), func(line string) { c.sayf("  %s\n", line) })
			if err != nil {
				return err
			}
			fmt.Fprintf(c.streams.Out, "%s\n", release)
			return nil
		},
	}
}
