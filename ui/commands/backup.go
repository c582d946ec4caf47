package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/backup"
	"slipway/steps/plan"
	"slipway/ui/text"
)

func (c *command) backup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup", Short: "Make, list and prove backups of what the app keeps",
		Long: `Make, list and prove backups of what the app keeps: its databases, files and variables.
The server makes one each night, encrypted, where --backup-to says. A backup is proven
by a drill: the server fetches it, restores it beside the live data, compares, and removes
it again. It does so each week by itself.`,
		Args: most(0),
		RunE: func(*cobra.Command, []string) error {
			return plan.Usagef("slipway backup now, list, drill, fetch or key", "backup needs a command")
		},
	}
	cmd.AddCommand(c.backupNow(), c.backupList(), c.backupDrill(), c.backupFetch(), c.backupKey())
	return cmd
}

// openBackups opens the backups of the deployment that a command is about.
func (c *command) openBackups(cmd *cobra.Command, args []string) (*steps.Backups, error) {
	home, name, err := c.about(args)
	if err != nil {
		return nil, err
	}
	return steps.OpenBackups(cmd.Context(), name, home, c.providers(home, false))
}

// showLine shows a line of what the server does.
func (c *command) showLine(line string) { c.sayf("  %s\n", line) }

func (c *command) backupNow() *cobra.Command {
	var anew, asJSON bool
	cmd := &cobra.Command{
		Use: "now [NAME]", Short: "Make a backup now", Args: most(1),
		Long: `Make a backup now. It counts as good once the repository has it and gives its list back
as it was written. The exit code is 1 if that fails; the earlier backups stay.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.openBackups(cmd, args)
			if err != nil {
				return err
			}
			defer b.Close()
			saved, err := b.Now(cmd.Context(), anew, c.showLine)
			if err != nil {
				return err
			}
			if b.IsFetched() {
				if _, err = c.fetch(cmd.Context(), b); err != nil {
					return fmt.Errorf("the backup was made, and is on the server alone: %w", err)
				}
			}
			return c.printSaved("backup", saved, backup.Size(saved.Bytes)+", "+saved.String(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&anew, "begin-anew", false, "make a new repository if the one with the earlier backups is gone")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

func (c *command) backupDrill() *cobra.Command {
	var id string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "drill [NAME]", Short: "Restore a backup beside the live data, compare, and remove it", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.openBackups(cmd, args)
			if err != nil {
				return err
			}
			defer b.Close()
			proven, err := b.Drill(cmd.Context(), id, c.showLine)
			if err != nil {
				return err
			}
			return c.printSaved("drill", proven, "came back with "+proven.String(), asJSON)
		},
	}
	cmd.Flags().StringVar(&id, "id", "", "the ID of the backup; default: the last one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on stdout")
	return cmd
}

// savedEvent is a backup that was made or proven as a line of JSON. Its time is that of the
// backup.
type savedEvent struct {
	Event string `json:"event"`
	steps.Saved
}

// printSaved prints the result of a backup or a drill.
func (c *command) printSaved(event string, saved steps.Saved, about string, asJSON bool) error {
	if !asJSON {
		_, err := text.Fprintf(c.out, "%s  %s\n", saved.ID, about)
		return err
	}
	if err := text.NewJSON(c.streams.Out).Encode(savedEvent{event, saved}); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

func (c *command) backupList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [NAME]", Short: "List the backups, the newest first", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.openBackups(cmd, args)
			if err != nil {
				return err
			}
			defer b.Close()
			all, err := b.List(cmd.Context())
			if err != nil {
				return err
			}
			if !asJSON && len(all) == 0 {
				c.sayf("there is no backup yet; slipway backup now makes one\n")
			}
			return c.printBackups(all, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line on stdout")
	return cmd
}

// backupEvent is a backup as a line of JSON. Its time is that of the backup.
type backupEvent struct {
	Event string `json:"event"`
	steps.Backup
}

// printBackups prints backups, the newest first.
func (c *command) printBackups(all []steps.Backup, asJSON bool) error {
	table := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	for _, b := range slices.Backward(all) {
		if asJSON {
			if err := text.NewJSON(c.streams.Out).Encode(backupEvent{"backup", b}); err != nil {
				return fmt.Errorf("print the list: %w", err)
			}
			continue
		}
		proven := "never restored"
		if b.Drilled != nil {
			proven = "restored and compared " + moment(*b.Drilled)
		}
		text.Fprintf(table, "%s\t%s\t%s\trelease %s\t%s\n", b.ID, moment(b.Time), backup.Size(b.Bytes), b.Release, proven)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the list: %w", err)
	}
	return nil
}

func (c *command) backupKey() *cobra.Command {
	var login bool
	cmd := &cobra.Command{
		Use: "key [NAME]", Short: "Print the key without which nobody can read the backups", Args: most(1),
		Long: `Print the key without which nobody can read the backups. It is in the deployment's
folder on this computer and on the server: keep it in a third place too.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := c.findBackupKey(cmd, args, login)
			if err != nil {
				return err
			}
			_, err = text.Fprintln(c.out, key)
			return err
		},
	}
	cmd.Flags().BoolVar(&login, "ssh", false, "print the public key that an SSH server must allow for backups to go there")
	return cmd
}

// findBackupKey is the key of the backups, from this computer if it is here; or the public
// key with which the server logs in where backups go by SSH.
func (c *command) findBackupKey(cmd *cobra.Command, args []string, login bool) (string, error) {
	home, name, err := c.about(args)
	if err != nil {
		return "", err
	}
	if !login {
		if key, err := steps.BackupKey(name, home); err != nil || key != "" {
			return key, err
		}
	}
	b, err := c.openBackups(cmd, args)
	if err != nil {
		return "", err
	}
	defer b.Close()
	find := b.Key
	if login {
		find = b.LoginKey
	}
	key, err := find(cmd.Context())
	if err == nil && key == "" {
		err = &providers.Failed{Err: errors.New("the server has no such key"), Next: "deploy with --backup-to: that makes it"}
	}
	return key, err
}

// badBackups says that a deployment's backups are not good.
type badBackups struct {
	name string
	backup.Condition
}

func (b *badBackups) Error() string {
	return fmt.Sprintf("the backups of %s are not good: %s", b.name, strings.Join(b.Trouble, "; "))
}

// Hint is what to type next.
func (b *badBackups) Hint() string { return b.Next }

// checkBackups fails if the backups of a deployment are on and not good; else it tells show how they are.
func (c *command) checkBackups(cmd *cobra.Command, name string, show text.Writer) error {
	home, err := c.home()
	if err != nil {
		return err
	}
	condition, err := steps.BackupCondition(cmd.Context(), name, home, c.providers(home, false))
	if err != nil || condition == nil {
		return err
	}
	if condition.To != plan.NoBackup && !condition.OK {
		return &badBackups{name, *condition}
	}
	text.Fprintf(show, "backups: %s\n", strings.Join(condition.Lines(time.Now()), "; "))
	return nil
}
