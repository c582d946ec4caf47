package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"slipway/steps/app"
	"slipway/steps/plan"
)

func (c *command) init() *cobra.Command {
	return &cobra.Command{
		Use: "init [APP]", Short: "Write a slipway.toml with what Slipway finds in the app's folder", Args: most(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			home, err := c.home()
			if err != nil {
				return err
			}
			asked := plan.Asked{Folder: ".", Getenv: c.streams.Getenv}
			if len(args) == 1 {
				asked.Folder = args[0]
			}
			plan, err := plan.Make(cmd.Context(), asked, home)
			if err != nil {
				return err
			}
			path := filepath.Join(asked.Folder, app.SettingsFile)
			if err := writeNew(path, app.WriteSettings(plan.App, plan.Name, plan.HealthSettings())); err != nil {
				return err
			}
			c.sayf("wrote %s\n", path)
			return nil
		},
	}
}

// writeNew writes a file. One that exists is a *providers.Usage.
func writeNew(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return plan.Usagef("change it, or remove it first", "%s", path+" exists already")
	}
	if err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}
