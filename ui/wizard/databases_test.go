package wizard

import (
	"os"
	"path/filepath"
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

// withDatabase sits before a folder whose app has psycopg2.
func withDatabase(t *testing.T) *person {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shop")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\npsycopg2-binary\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return sit(t, func(o *Options) { o.Asked.Sample, o.Asked.Folder = "", folder })
}

func TestDatabasesAreAskedFor(t *testing.T) {
	p := withDatabase(t)
	p.press("enter", "enter", "enter")
	p.sees("Which databases shall run beside the app?", "PostgreSQL  [no]", "the app has psycopg2-binary (requirements.txt line 2)")
	p.press("right", "down", "down", "right", "enter")
	p.sees("Where shall backups go?", "[nowhere]")
	p.press("enter")
	p.sees("Enter deploy", "--service postgres --service redis")
	p.misses("--backup-to")
	p.press("esc", "esc", "esc")
	p.sees("How shall it run?", "Databases: PostgreSQL, Redis", "Backups: off")
	p.press("enter")
	p.sees("Enter deploy")
}

func TestDatabasesAreDeclined(t *testing.T) {
	p := withDatabase(t)
	p.press("enter", "enter", "enter", "enter")
	p.sees("Enter deploy", "--service none")
	if got := p.w.answers.Settings[plan.KeyService]; got != app.NoServices {
		t.Errorf("it says %q", got)
	}
	p.press("esc", "esc", "esc", "enter", "enter")
	p.sees("Enter deploy")
}

// TestBackups has the key of a bucket typed: it goes to the engine as the environment's
// would, and shows nowhere.
func TestBackups(t *testing.T) {
	p := sit(t, nil)
	p.press("enter", "enter", "up", "up", "enter")
	p.sees("Where shall backups go?", "[nowhere]", "there are no backups")
	p.press("right", "enter", "https://s3.example.com", "enter")
	p.sees("it is like s3:https://s3.example.com/bucket/path")
	p.press("/shop", "enter")
	p.sees("type it, or leave with Ctrl-C and set AWS_ACCESS_KEY_ID")
	p.press("AKIAEXAMPLE", "tab", "hunter2")
	p.misses("AKIAEXAMPLE")
	p.misses("hunter2")
	p.press("enter")
	p.sees("How shall it run?", "Backups: s3:https://s3.example.com/shop")
	p.press("enter")
	p.sees("--backup-to s3:https://s3.example.com/shop", "with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY set")
	p.misses("hunter2")
	asked := p.w.answers.Asked()
	if asked.Getenv(answers.BucketKey) != "AKIAEXAMPLE" || asked.Getenv(answers.BucketSecret) != "hunter2" {
		t.Error("the engine does not get the key")
	}
	p.press("esc", "up", "up", "enter", "left", "enter")
	p.sees("Backups: off")
	p.press("enter")
	p.sees("--backup-to none")
	p.misses("AWS_")
}

// TestPlacesForBackups: without a server there are no backups, and a bucket of
// DigitalOcean's goes with its droplet.
func TestPlacesForBackups(t *testing.T) {
	for provider, want := range map[string]int{answers.Local: 4, answers.SSH: 4, answers.DigitalOcean: 5, answers.Docker: 0, answers.Heroku: 0} {
		if got := answers.BackupPlaces(provider); len(got) != want {
			t.Errorf("%s has %v", provider, got)
		}
	}
}
