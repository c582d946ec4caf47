package commands

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/ui/text"
)

func (c *command) list() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the deployments on record", Args: most(0),
		RunE: func(*cobra.Command, []string) error {
			home, err := c.home()
			if err != nil {
				return err
			}
			all, err := steps.List(home)
			if err != nil {
				return err
			}
			if asJSON {
				return printEach(c.streams.Out, all)
			}
			if len(all) == 0 {
				c.sayf("nothing is deployed; slipway deploys the app in this folder\n")
				return nil
			}
			return printList(c.out, all)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line on stdout")
	return cmd
}

// summaryEvent is a summary as a line of JSON.
type summaryEvent struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	steps.Summary
}

func printEach(w io.Writer, all []steps.Summary) error {
	encoder := text.NewJSON(w)
	for _, s := range all {
		if err := encoder.Encode(summaryEvent{"deployment", time.Now(), s}); err != nil {
			return fmt.Errorf("print the list: %w", err)
		}
	}
	return nil
}

func printList(w io.Writer, all []steps.Summary) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, s := range all {
		text.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Provider, s.URL, s.Release, costOf(s), conditionOf(s)+backupsOf(s)+moveOf(s))
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	text.Fprintf(w, "in all: %s\n", describeTotal(steps.Sum(all)))
	return nil
}

// backupsOf tells whether backups are on. Whether they are good only the server knows.
func backupsOf(s steps.Summary) string {
	switch {
	case s.BackupTo != "":
		return ", backups to " + s.BackupTo
	case s.WeeklyBackups:
		return ", backups off but for DigitalOcean's weekly ones"
	case s.Host == "" || s.Trouble != "":
		return ""
	}
	return ", backups off"
}

// moveOf says what a move means for a deployment.
func moveOf(s steps.Summary) string {
	if s.Move == "" {
		return ""
	}
	return ", " + s.Move
}

func conditionOf(s steps.Summary) string {
	switch {
	case s.Trouble != "":
		return s.Trouble
	case s.Unfinished:
		return "unfinished"
	}
	return "deployed " + s.Finished.Local().Format("2006-01-02 15:04")
}
