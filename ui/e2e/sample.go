package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"slipway/steps/app"
)

// UnpackSample copies a sample into a folder, to be changed.
func UnpackSample(t testing.TB, name string) string {
	t.Helper()
	files, err := app.Sample(name)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(folder, files); err != nil {
		t.Fatal(err)
	}
	return folder
}
