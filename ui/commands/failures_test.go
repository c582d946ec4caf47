package commands

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slipway/steps/engine"
	"slipway/ui/cause"
	"slipway/ui/golden"
)

// namesFile is a file of the app's, or of its settings, in a message.
var namesFile = regexp.MustCompile(`[\w-]+\.(?:py|txt|toml|sh|css)\b|Procfile|the app does not log why`)

// TestFailures has real apps' failures, as a server told them: in each folder of
// testdata/failures is the error's text (message.txt), the app (app) and the first three
// lines that are printed (said.txt). They must name the cause, the file and what to type.
func TestFailures(t *testing.T) {
	folders, err := filepath.Glob("testdata/failures/*")
	if err != nil || len(folders) < 20 {
		t.Fatalf("%d failures, %v", len(folders), err)
	}
	for _, folder := range folders {
		name := filepath.Base(folder)
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(folder, "message.txt"))
			if err != nil {
				t.Fatal(err)
			}
			step, message, _ := strings.Cut(strings.TrimSuffix(string(text), "\n"), ": ")
			failed := &engine.StepError{Step: step, Folder: filepath.Join(folder, "app"), Err: errors.New(message)}
			said := cause.Report(problem(failed, "slipway --yes"))
			said = said[:min(3, len(said))]
			golden.Same(t, "failures/"+name+"/said.txt", strings.Join(said, "\n")+"\n")
			if !strings.HasPrefix(said[0], "error: "+step+": ") || !strings.HasPrefix(said[1], "hint: ") || strings.HasPrefix(said[1], "hint: fix the cause") {
				t.Errorf("the cause or what to type is not there: %q", said)
			}
			if !namesFile.MatchString(said[0] + said[1]) {
				t.Errorf("no file is named: %q", said)
			}
		})
	}
}
