package answers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"slipway/state/regular"
	"slipway/steps/app"
	"slipway/steps/engine"
	"slipway/ui/cause"
)

// RemedyOf is what to do about an error, with the app's folder on this computer; false
// where that is not known.
func RemedyOf(err error) (remedy cause.Remedy, folder string, ok bool) {
	step, isStep := errors.AsType[*engine.StepError](err)
	if !isStep {
		return cause.Remedy{}, "", false
	}
	remedy, ok = cause.RemedyOf(err.Error(), step.Folder)
	if step.Folder == "" {
		remedy.Keep = "" // a sample has no slipway.toml
	}
	return remedy, step.Folder, ok
}

// Keep has the app keep a folder or file across releases: it adds it to the slipway.toml
// in the app's folder, in which every other line stays as it is.
func Keep(folder, what string) error {
	path := filepath.Join(folder, app.SettingsFile)
	text, err := regular.Read(context.Background(), path, regular.Text)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", app.SettingsFile, err)
	}
	added, err := app.AddData(string(text), what)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(added), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", app.SettingsFile, err)
	}
	return nil
}
