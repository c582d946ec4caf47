package commands

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/steps/backup"
	"slipway/steps/plan"
	"slipway/ui/text"
)

// accepted is what flags accept of a change of data.
type accepted struct {
	yes, lose bool
	// needsLose is true if -y alone does not accept it.
	needsLose bool
}

func (c *command) restore() *cobra.Command {
	var data accepted
	cmd := &cobra.Command{
		Use: "restore [NAME] [WHEN]", Short: "Have a backup's data take the place of the live data", Args: most(2),
		Long: `Have a backup's data take the place of the live data. WHEN is the ID of a backup, a time
(the last backup at that time or before), or latest, the default. The backup is
restored beside the live data, compared, and only then swapped with it; at any failure
the live data stays as it was.

What was there before is set aside until the next release, and the command is shown
that puts it back: WHEN is then before-, and the time at which it was replaced.`,
		Example: `  slipway restore shop                       the last backup
  slipway restore shop '2026-01-31 14:30'    the last backup before that time`,
		RunE: func(cmd *cobra.Command, args []string) error {
			when := ""
			if len(args) == 2 {
				when = args[1]
			}
			when, err := steps.ParseWhen(when, time.Local)
			if err != nil {
				return err
			}
			home, name, err := c.about(args)
			if err != nil {
				return err
			}
			change, err := steps.OpenRestore(cmd.Context(), name, when, home, c.providers(home, data.yes))
			if err != nil {
				return err
			}
			defer change.Close()
			return c.changeData(cmd.Context(), change, data, strings.TrimPrefix(change.What, "the "))
		},
	}
	cmd.Flags().BoolVarP(&data.yes, "yes", "y", false, "ask nothing")
	return cmd
}

// changeData shows what a change of data would do, asks, does it, and prints the result.
func (c *command) changeData(ctx context.Context, change *steps.DataChange, data accepted, result string) error {
	for _, line := range describeChange(change) {
		c.sayf("%s\n", line)
	}
	enough := data.yes && (data.lose || !data.needsLose) || data.lose && !c.streams.Terminal
	switch {
	case enough:
	case c.streams.Terminal && !data.yes:
		c.sayf("type the name %s to replace the data: ", change.Name)
		if c.answer() != change.Name {
			c.sayf("nothing was changed\n")
			return nil
		}
	case data.needsLose:
		return plan.Usagef("give -y --lose-data to go on; what is replaced is set aside until the next release", "what was written to %s since then would be replaced", change.Name)
	default:
		return plan.Usagef("give -y to go on; what is replaced is set aside until the next release", "there is no terminal to ask on whether the data of %s may be replaced", change.Name)
	}
	replaced, err := change.Do(ctx, c.showLine)
	if err != nil {
		return err
	}
	c.sayf("what was there before is kept until the next release; this puts it back: %s\n", change.PutBack(replaced))
	_, err = text.Fprintln(c.out, result)
	return err
}

// mostTables is how many tables are named of those in which rows differ.
const mostTables = 20

// describeChange says in lines what a change of data would do.
func describeChange(d *steps.DataChange) []string {
	first := fmt.Sprintf("%s would get %s", d.Name, d.What)
	if at, err := time.Parse(time.RFC3339, d.Time); err == nil {
		first += ", of " + moment(at)
	}
	lines := []string{first}
	switch {
	case d.To != "":
		lines = append(lines, fmt.Sprintf("release %s would take the traffic instead of %s", d.To, d.Serving))
	case d.Again != "":
		lines = append(lines, fmt.Sprintf("release %s would run over it first: %s", d.Serving, d.Again))
	}
	if d.Lost == nil && d.Gone == nil {
		return append(lines, "the data of now would be set aside")
	}
	lines = append(lines, listRows("it lacks what was written since:", d.Lost)...)
	lines = append(lines, listRows("it has what was removed since:", d.Gone)...)
	if len(d.Lost)+len(d.Gone) == 0 {
		lines = append(lines, "it has as many rows and files as there are now")
	}
	return append(lines, "rows that were changed since are not counted; they come back as they were")
}

// listRows lists in how many rows tables differ, the most first.
func listRows(heading string, rows map[string]int64) []string {
	if len(rows) == 0 {
		return nil
	}
	lines := []string{heading}
	weight := func(table string) int64 {
		if table == filesBytes {
			return 0 // bytes are no rows
		}
		return rows[table]
	}
	tables := slices.SortedFunc(maps.Keys(rows), func(a, b string) int {
		return cmp.Or(cmp.Compare(weight(b), weight(a)), cmp.Compare(a, b))
	})
	for i, table := range tables {
		if i == mostTables {
			return append(lines, fmt.Sprintf("  and rows of %d more tables", len(tables)-i))
		}
		lines = append(lines, "  "+describeRows(table, rows[table]))
	}
	return lines
}

// filesBytes and filesCount are how the program on the server names what the app's files
// have.
const (
	filesBytes = "files bytes"
	filesCount = "files files"
)

func describeRows(table string, n int64) string {
	switch {
	case table == filesBytes:
		return backup.Size(n) + " in files"
	case table == filesCount && n == 1:
		return "1 file"
	case table == filesCount:
		return fmt.Sprintf("%d files", n)
	case n == 1:
		return "1 row of " + table
	}
	return fmt.Sprintf("%d rows of %s", n, table)
}
