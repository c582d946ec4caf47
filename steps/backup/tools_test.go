package backup

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// TestProgramIsWhole has python3 read each module of the program.
func TestProgramIsWhole(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "python3", "-I", "-B", "program", "--check").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	files, folder := program()
	if len(files) < 10 || !strings.HasPrefix(files[0].Path, folder+"/") {
		t.Errorf("%d files in %s", len(files), folder)
	}
}

func TestTools(t *testing.T) {
	p := example.Plan(t)
	p.App.Data = []app.Kept{{Path: "uploads"}, {Path: "db.sqlite3", File: true}, {Path: "media", URL: "/media/"}}
	files, folder := program()
	good := "link " + folder + " " + layout.Program + "\n"
	for _, f := range append(files, settingsFile(p)) {
		good += shell.Sum(f.Content) + "  " + f.Path + "\n" + f.Mode + " root:root " + f.Path + "\n"
	}
	for name, c := range map[string]struct{ looked, want string }{
		"good":           {good, ""},
		"nothing":        {"", "install the program"},
		"another link":   {strings.Replace(good, "link "+folder, "link "+folder+"0", 1), "install the program"},
		"open settings":  {strings.Replace(good, "600 root:root", "644 root:root", 1), "write " + layout.ProgramSettings},
		"other settings": {strings.Replace(good, shell.Sum(settingsFile(p).Content), shell.Sum(""), 1), "write " + layout.ProgramSettings},
	} {
		t.Run(name, func(t *testing.T) {
			changes := Tools.Decide(fact.View{Plan: p, Looked: c.looked})
			if c.want == "" && len(changes) > 0 || c.want != "" && (len(changes) == 0 || !strings.HasPrefix(changes[0].What, c.want)) {
				t.Errorf("got %+v, want %q", changes, c.want)
			}
		})
	}
}

// TestSettings has the program read its settings.
func TestSettings(t *testing.T) {
	p := example.Plan(t)
	p.App.Data = []app.Kept{{Path: "uploads"}}
	p.Values[plan.KeyBackupTo] = plan.NamedValue{Key: plan.KeyBackupTo, Value: "local:backups"}
	p.Values[plan.KeyBackupKeep] = plan.NamedValue{Key: plan.KeyBackupKeep, Value: "3 daily"}
	path := t.TempDir() + "/data.json"
	if err := os.WriteFile(path, []byte(settingsFile(p).Content), 0o600); err != nil {
		t.Fatal(err)
	}
	code := `import sys; sys.path.insert(0, "program"); import settings, json
s = settings.load(sys.argv[1])
print(json.dumps([s.user, s.state, s.root, s.kept[0]["at"], s.backup["repository"], s.backup["keep"], str(s.snapshot("0123456789ab"))]))`
	out, err := exec.CommandContext(t.Context(), "python3", "-B", "-c", code, path).Output()
	var got []any
	if err != nil || json.Unmarshal(out, &got) != nil || got[0] != "app-accounts" || got[3] != "/var/lib/app-accounts/kept/uploads" || got[4] != "local:backups" {
		t.Errorf("%s, %v", out, err)
	}
	if want := layout.Of(p.ServerName()).Snapshot("0123456789ab"); got[6] != want {
		t.Errorf("the program's snapshots are in %v, want %s", got[6], want)
	}
}
