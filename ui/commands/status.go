package commands

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/ui/text"
)

func (c *command) status() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status [NAME]", Short: "Show the state of a deployment and its server", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			condition, err := steps.Look(cmd.Context(), name, home, c.providers(home, false))
			if err != nil {
				return err
			}
			if asJSON {
				return printStatusJSON(c.streams.Out, condition)
			}
			printStatus(c.out, condition)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON object on stdout")
	return cmd
}

// conditionEvent is a condition as a line of JSON.
type conditionEvent struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	steps.Condition
}

func printStatusJSON(w io.Writer, c steps.Condition) error {
	if err := text.NewJSON(w).Encode(conditionEvent{"status", time.Now(), c}); err != nil {
		return fmt.Errorf("print the status: %w", err)
	}
	return nil
}

func describeHolding(h providers.Holding) string {
	about := h.Kind + " " + h.ID
	if h.Detail != "" {
		about += ", " + h.Detail
	}
	if h.Monthly > 0 {
		about += ", " + providers.AMonth(h.Monthly)
	}
	return about
}
