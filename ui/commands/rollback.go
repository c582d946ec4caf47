package commands

import (
	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) rollback() *cobra.Command {
	var data accepted
	var withData bool
	cmd := &cobra.Command{
		Use: "rollback [NAME] [RELEASE]", Short: "Switch the traffic back to an earlier release", Args: most(2),
		Long: `Switch the traffic back to an earlier release: RELEASE, or the newest before the current
one. The release must answer first; if it does not, the current one stays. It runs
with the variables that it had then.

The data stays as it is now. With --with-data, the data that was copied before the first
release command after RELEASE comes back with it: both, or neither. What was written
since is counted and shown, and it is set aside, not removed, until the next release.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !withData && (data.yes || data.lose) {
				return plan.Usagef("give --with-data too, or leave them out", "-y and --lose-data are for --with-data")
			}
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			to := ""
			if len(args) == 2 {
				to = args[1]
			}
			if withData {
				change, err := steps.OpenRollback(cmd.Context(), name, to, home, c.providers(home, data.yes))
				if err != nil {
					return err
				}
				defer change.Close()
				return c.changeData(cmd.Context(), change, data, change.To)
			}
			release, err := steps.Rollback(cmd.Context(), name, to, home, c.providers(home, false), func(line string) { c.sayf("  %s\n", line) })
			if err != nil {
				return err
			}
			_, err = text.Fprintln(c.out, release)
			return err
		},
	}
	cmd.Flags().BoolVar(&withData, "with-data", false, "bring back the data that the release had, too")
	cmd.Flags().BoolVarP(&data.yes, "yes", "y", false, "with --with-data: ask nothing")
	cmd.Flags().BoolVar(&data.lose, "lose-data", false, "with --with-data: what was written since may be replaced")
	data.needsLose = true
	return cmd
}
