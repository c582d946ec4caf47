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
	var yes, loseData bool
	cmd := &cobra.Command{
		Use: "destroy [NAME]", Short: "Remove a deployment, its server and its record", Args: most(1),
		Long: `Remove a deployment, its server and its record. What data it keeps is looked at and shown
first: databases, files, and the last good backup. To remove data, a person types the
deployment's name; without a terminal, -y --lose-data removes it, and -y alone does not.`,
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
			return c.remove(cmd.Context(), removal, yes, loseData)
		},
	}
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "ask nothing")
	cmd.Flags().BoolVar(&loseData, "lose-data", false, "with -y: also if data is removed that nobody can make again")
	return cmd
}

func (c *command) remove(ctx context.Context, removal *steps.Removal, yes, loseData bool) error {
	c.sayf("%s has:\n", removal.Name)
	for _, h := range removal.Holdings {
		c.sayf("  %s\n", describeHolding(h))
	}
	c.sayf("  its record on this computer\n")
	if lines := removal.Data.Lines(); len(lines) > 0 {
		c.sayf("data:\n")
		for _, line := range lines {
			c.sayf("  %s\n", line)
		}
	}
	switch data := removal.Data.Any(); {
	case yes && data && !loseData:
		return removal.NeedsLose()
	case yes:
	case data && !c.typed(removal.Name), !data && !c.confirmed("remove all of it?"):
		c.sayf("nothing was removed\n")
		return nil
	}
	if err := removal.Do(ctx, func(line string) { c.sayf("  %s\n", line) }); err != nil {
		return err
	}
	c.sayf("%s was removed\n", removal.Name)
	return nil
}

// typed has the person type a deployment's name, which removes it with its data.
func (c *command) typed(name string) bool {
	c.sayf("type the name %s to remove all of it, with its data: ", name)
	return c.answer() == name
}

// confirmed asks a question. Only y and yes are yes.
func (c *command) confirmed(question string) bool {
	c.sayf("%s [y/N] ", question)
	answer := strings.ToLower(c.answer())
	return answer == "y" || answer == "yes"
}

// answer is a line that the person types; empty if there is none.
func (c *command) answer() string {
	line, _ := bufio.NewReader(c.streams.In).ReadString('\n')
	return strings.TrimSpace(line)
}

func (c *command) sayf(format string, args ...any) {
	text.Fprintf(c.err, format, args...)
}
