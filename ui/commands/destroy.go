package commands

import (
	"bufio"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) destroy() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use: "destroy [NAME]", Short: "Remove a deployment, its server and its record", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !yes && !c.streams.Terminal {
				return plan.Usagef("give -y to remove it without a question", "there is no terminal to ask on")
			}
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			removal, err := steps.OpenRemoval(cmd.Context(), name, home, c.providers(home, yes))
			if err != nil {
				return err
			}
			defer removal.Close()
			return c.remove(cmd.Context(), removal, yes)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "ask nothing")
	return cmd
}

func (c *command) remove(ctx context.Context, removal *steps.Removal, yes bool) error {
	c.sayf("%s has:\n", removal.Name)
	for _, h := range removal.Holdings {
		c.sayf("  %s\n", describeHolding(h))
	}
	c.sayf("  its record on this computer\n")
	if !yes && !c.confirmed("remove all of it?") {
		c.sayf("nothing was removed\n")
		return nil
	}
	if err := removal.Do(ctx, func(line string) { c.sayf("  %s\n", line) }); err != nil {
		return err
	}
	c.sayf("%s was removed\n", removal.Name)
	return nil
}

// confirmed asks a question. Only y and yes are yes.
func (c *command) confirmed(question string) bool {
	c.sayf("%s [y/N] ", question)
	answer, _ := bufio.NewReader(c.streams.In).ReadString('\n') // no answer is no
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

func (c *command) sayf(format string, args ...any) {
	text.Fprintf(c.err, format, args...)
}
