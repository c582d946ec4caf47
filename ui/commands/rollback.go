package commands

import (
	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/ui/text"
)

func (c *command) rollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback [NAME] [RELEASE]", Short: "Switch the traffic back to an earlier release", Args: most(2),
		Long: `Switch the traffic back to an earlier release: RELEASE, or the newest before the current
one. The release must answer first; if it does not, the current one stays. It runs
with the variables that it had then.`,
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
			_, err = text.Fprintln(c.out, release)
			return err
		},
	}
}
