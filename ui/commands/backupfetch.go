package commands

import (
	"context"

	"github.com/spf13/cobra"

	"slipway/steps"
	"slipway/ui/text"
)

func (c *command) backupFetch() *cobra.Command {
	return &cobra.Command{
		Use: "fetch [NAME]", Short: "Fetch the backups to this computer, for --backup-to local:PATH", Args: most(1),
		Long: `Fetch the backups to this computer, for --backup-to local:PATH. They are made on the
server, where they are lost with it: only what was fetched counts. slipway backup now and
each deployment fetch them too. Each file is compared with its checksum.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.openBackups(cmd, args)
			if err != nil {
				return err
			}
			defer b.Close()
			dir, err := c.fetch(cmd.Context(), b)
			if err != nil {
				return err
			}
			_, err = text.Fprintln(c.out, dir)
			return err
		},
	}
}

// fetch fetches backups, says what came, and returns the folder that they are in.
func (c *command) fetch(ctx context.Context, b *steps.Backups) (string, error) {
	got, dir, err := b.Fetch(ctx, c.showLine)
	if err != nil {
		return dir, err
	}
	what := "had all backups already"
	if got.Files > 0 {
		what = "has all backups now"
	}
	c.sayf("  %s %s: %d\n", dir, what, len(got.Snapshots))
	return dir, nil
}
