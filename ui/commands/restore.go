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
	"github.com/spf13/pflag"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/backup"
	"slipway/steps/index"
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
	var as string
	cmd := &cobra.Command{
		Use: "restore [NAME] [WHEN]", Short: "Have a backup's data take the place of the live data", Args: most(2),
		Long: `Have a backup's data take the place of the live data. WHEN is the ID of a backup, a time
(the last backup at that time or before), or latest, the default. NAME can be left out if
there is one deployment. The backup is restored beside the live data, compared, and only
then swapped with it; at any failure the live data stays as it was.

What was there before is set aside until the next release, and the command is shown
that puts it back: WHEN is then before-, and the time at which it was replaced.

--as makes a new deployment of the same app instead, with the settings of NAME, and has it
begin with the backup's data and variables. NAME and its server stay as they are. The
server may be gone, and NAME may have been removed here: slipway destroy keeps what is
needed. NAME keeps its domains as long as its server is there. All flags of deploy can
be given with it.`,
		Example: `  slipway restore shop                        the last backup
  slipway restore shop '2026-01-31 14:30'     the last backup before that time
  slipway restore shop latest --as shop-new   on a new server`,
	}
	f := addDeployFlags(cmd)
	cmd.Flags().VisitAll(func(flag *pflag.Flag) { flag.Hidden = flag.Name != "yes" })
	cmd.Flags().StringVar(&as, "as", "", "the `NEWNAME` of a new deployment that begins with the backup")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		home, name, when, err := c.aboutBackup(args, as)
		if err != nil {
			return err
		}
		if as != "" {
			return c.restoreAs(cmd, f, home, name, when, as)
		}
		given := ""
		cmd.Flags().Visit(func(flag *pflag.Flag) {
			if flag.Name != "yes" {
				given = flag.Name
			}
		})
		if given != "" {
			return plan.Usagef("give --as NEWNAME too, or leave it out", "--%s is for a new deployment", given)
		}
		change, err := steps.OpenRestore(cmd.Context(), name, when, home, c.providers(home, f.yes))
		if err != nil {
			return err
		}
		defer change.Close()
		return c.changeData(cmd.Context(), change, accepted{yes: f.yes}, strings.TrimPrefix(change.What, "the "))
	}
	return cmd
}

// aboutBackup is the deployment that a restore is about, and which backup: both may be left
// out, and one word is a backup's if no deployment has it as its name.
func (c *command) aboutBackup(args []string, as string) (home state.Home, name, when string, err error) {
	if home, err = c.home(); err != nil {
		return home, "", "", err
	}
	names := args
	switch {
	case len(args) == 2:
		names, when = args[:1], args[1]
	case len(args) == 1 && !isName(home, args[0], as):
		if _, err := steps.ParseWhen(args[0], time.Local); err == nil {
			names, when = nil, args[0]
		}
	}
	if when, err = steps.ParseWhen(when, time.Local); err != nil {
		return home, "", "", err
	}
	home, name, err = c.about(names)
	return home, name, when, err
}

// isName tells whether a word is a deployment's name. With --as it can be that of one which
// was removed.
func isName(home state.Home, word, as string) bool {
	return plan.CheckName(word) == nil && (home.Exists(word) || as != "" && word != steps.LatestBackup)
}

// restoreAs makes a new deployment that begins with a backup of another one.
func (c *command) restoreAs(cmd *cobra.Command, f *deployFlags, home state.Home, name, when, as string) error {
	if strings.HasPrefix(when, "before-") {
		return plan.Usagef("leave out --as, or name a backup", "data that was set aside is on the server of %s alone", name)
	}
	if err := plan.CheckName(as); err != nil {
		return plan.Usagef(err.Error(), "--as %q can't be used", as)
	}
	asked, note, err := steps.AskAs(cmd.Context(), f.asked(cmd, nil), name, as, home, c.providers(home, f.yes))
	if err != nil {
		return err
	}
	asked.Getenv = c.streams.Getenv
	asked.Index = index.New(asked.Getenv, home.Cache)
	if err := c.mayRun(f); err != nil {
		return err
	}
	made, err := plan.Make(cmd.Context(), asked, home)
	if err != nil {
		return err
	}
	if err := steps.RestoreAs(&made, name, when, home); err != nil {
		return err
	}
	if note != "" {
		c.sayf("note: %s\n", note)
	}
	if !f.yes && !f.plan && !c.confirmed(fmt.Sprintf("make the new deployment %s with the backup %s of %s?", as, when, name)) {
		c.sayf("nothing was made\n")
		return nil
	}
	return c.follow(cmd.Context(), f, made, home)
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
