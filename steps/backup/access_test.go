package backup

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

func backedUp(to string) plan.Plan {
	return example.WithSettings(map[string]string{plan.KeyBackupTo: to, plan.KeyBackupAt: "03:30", plan.KeyBackupKeep: "7 daily"})
}

func whats(changes []providers.Change) string {
	var all []string
	for _, c := range changes {
		all = append(all, c.What)
	}
	return strings.Join(all, "; ")
}

// TestAccess decides what the server lacks to reach where backups go.
func TestAccess(t *testing.T) {
	bucket, login := backedUp("s3:https://s3.example.com/bucket/path"), backedUp("sftp:backup@b.example.com:shop")
	given := bucket
	given.BackupEnv = map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": `se"c\ret$`}
	key := "600 root:root " + layout.BackupKey + "\n"
	file := credentialsFile(given)
	there := shell.Sum(file.Content) + "  " + file.Path + "\n600 root:root " + file.Path + "\n"
	for name, c := range map[string]struct {
		plan   plan.Plan
		looked string
		want   string
		refuse bool
	}{
		"new":                      {given, "", "put the key of the backups on the server; write " + file.Path, false},
		"no credentials":           {bucket, "", "put the key of the backups on the server", true},
		"the server has them":      {bucket, key + there, "", false},
		"the same":                 {given, key + there, "", false},
		"others":                   {given, key + strings.Replace(there, "  ", "0  ", 1), "write " + file.Path, false},
		"everybody reads them":     {given, key + strings.Replace(there, "\n600", "\n644", 1), "write " + file.Path, false},
		"everybody reads the key":  {given, strings.Replace(key, "600", "644", 1) + there, "put the key of the backups on the server", false},
		"ssh":                      {login, key, "make a key with which the server logs in at b.example.com", false},
		"ssh, the key is there":    {login, key + "600 root:root " + layout.BackupIdentity + "\n", "", false},
		"backups are off, nothing": {example.Plan(t), "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := fact.View{Plan: c.plan, Looked: c.looked}
			if got := whats(decideAccess(v)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if err := refuseAccess(v); (err != nil) != c.refuse {
				t.Errorf("refused: %v", err)
			}
		})
	}
	if strings.Contains(Tools.Look(given)+strings.Join(fact.ReadsOf(given, Tools).Sections(), "\n"), "ret$") {
		t.Error("a look has a credential: it is a process's argument")
	}
}

// TestKeyStays has the key that a server has never be replaced: earlier backups need it.
func TestKeyStays(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the key becomes root's")
	}
	key := filepath.Join(t.TempDir(), "etc", "backup.key")
	put := func(given string) string {
		t.Helper()
		script := shell.Script(accessText, shell.Values{"key": key, "given": given, "identity": "", "tag": "slipway-shop-1"})
		if out, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(key)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	made := put("")
	if len(made) != 44 || put("") != made || put("another") != made {
		t.Errorf("the key %q did not stay", made)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if got := put("the earlier one"); got != "the earlier one" {
		t.Errorf("the given key was not taken: %q", got)
	}
}

// TestNightly decides on the timer of the nightly backup.
func TestNightly(t *testing.T) {
	on := backedUp("local:backups")
	files := nightlyFiles(on)
	var looked strings.Builder
	for _, f := range files {
		if err := shell.CheckUnit(f.Content); err != nil {
			t.Error(err)
		}
		looked.WriteString(shell.Sum(f.Content) + "  " + f.Path + "\n644 root:root " + f.Path + "\n")
	}
	if !slices.ContainsFunc(files, func(f shell.File) bool { return strings.Contains(f.Content, "OnCalendar=*-*-* 03:30:00\n") }) {
		t.Error("no timer runs at 03:30")
	}
	off := backedUp(plan.NoBackup)
	for name, c := range map[string]struct {
		plan   plan.Plan
		looked string
		want   int
	}{
		"new": {on, "", 3}, "holds": {on, looked.String() + example.Unit(nightlyTimer, "active", "enabled"), 0},
		"stopped": {on, looked.String() + example.Unit(nightlyTimer, "inactive", "enabled"), 1}, "off": {off, example.Unit(nightlyTimer, "inactive", ""), 0},
		"turned off": {off, example.Unit(nightlyTimer, "active", "enabled"), 1}, "off, and not looked at": {off, "", 0},
	} {
		if got := decideNightly(fact.View{Plan: c.plan, Looked: c.looked}); len(got) != c.want {
			t.Errorf("%s: %q", name, whats(got))
		}
	}
}
