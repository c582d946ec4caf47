package questions

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// TestData: databases are offered where something in the app points to one, and backups
// once there is data; the key of a bucket never shows.
func TestData(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\npsycopg2-binary\n", "slipway.toml": "name = \"shop\"\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string]string{
		"\n":                            "--service none",
		"yes\n\n":                       "--service postgres",
		"yes\nlocal:backups\n":          "--service postgres --backup-to local:backups",
		"yes\nftp:x\nlocal:backups\n":   "--service postgres --backup-to local:backups",
		"yes\ns3:https://s3.test/b/p\n": "--service postgres --backup-to s3:https://s3.test/b/p",
	} {
		var out bytes.Buffer
		secrets := []string{"AKIAEXAMPLE", "hunter2"}
		c := &conversation{ctx: t.Context(), lines: bufio.NewReader(strings.NewReader(typed)),
			answers: answers.From(plan.Asked{Folder: folder, Getenv: func(string) string { return "" }}),
			Options: Options{Home: state.Home{Dir: t.TempDir()}, Out: &out, Secret: func(context.Context, string) (string, error) {
				next := secrets[0]
				secrets = secrets[1:]
				return next, nil
			}}}
		var err error
		if c.plan, err = c.answers.Plan(t.Context(), c.Home); err != nil {
			t.Fatal(err)
		}
		if err := c.data(); err != nil {
			t.Fatalf("%q: %v\n%s", typed, err, out.String())
		}
		if got := strings.TrimPrefix(c.answers.Command(), "slipway --yes "+folder+" "); got != want {
			t.Errorf("%q: the command is %s, want %s\n%s", typed, got, want, out.String())
		}
		if !strings.Contains(out.String(), "The app has psycopg2-binary (requirements.txt line 2). Run PostgreSQL beside it? yes or no [no]") || strings.Contains(out.String(), "hunter2") {
			t.Errorf("it asks:\n%s", out.String())
		}
		if strings.Contains(typed, "s3:") && c.answers.Asked().Getenv(answers.BucketSecret) != "hunter2" {
			t.Error("the engine does not get the key")
		}
	}
}
