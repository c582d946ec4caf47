package release

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// lineKeys are the keys of the lines of units and properties, in their order: a text of
// the app's must not add one, nor a section.
func lineKeys(text string) []string {
	var keys []string
	for line := range strings.Lines(text) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		keys = append(keys, key)
	}
	return keys
}

// unitTexts are the release's units, and the properties of what it runs once.
func unitTexts(found app.Found) string {
	p := planOf(found)
	v := fact.View{Plan: p}
	var texts []string
	for _, f := range append(releaseUnits(v)[:2], processFiles(v)...) {
		texts = append(texts, f.Content)
	}
	_, _, once := withoutData(p)
	return strings.Join(slices.Concat(texts, CommandProperties(layout.Of(p.ServerName()), p), once), "\n")
}

// TestHostileUnits attacks the units with what is found in an app: the end of a line in
// each of its words, and all else that means something to a unit.
func TestHostileUnits(t *testing.T) {
	const attack = "x\nExecStartPre=+/bin/touch /owned\n[Service]\nUser=root\r\u2028\u0085\x1b\x7f\" %n $HOME \\"
	plain := app.Found{Server: app.WSGI, Target: "app:app", PythonPath: "src", Hosts: app.Hosts{Variable: "HOSTS", Form: ","},
		SettingsModule: "shop.settings", Processes: map[string]string{"worker": "python worker.py"},
		Data: []app.Kept{{Path: "media"}, {Path: "/tmp/x.db", File: true}}}
	own := plain
	own.Command = "python serve.py"
	for name, change := range map[string]func(f *app.Found){
		"target":       func(f *app.Found) { f.Target += attack },
		"arguments":    func(f *app.Found) { f.GunicornArgs = []string{"app:app", "--name", attack} },
		"worker class": func(f *app.Found) { f.WorkerClass = attack },
		"folder":       func(f *app.Found) { f.PythonPath = attack },
		"separator":    func(f *app.Found) { f.Hosts.Form = attack },
		"host":         func(f *app.Found) { f.Hosts.Names = []string{attack} },
		"variable":     func(f *app.Found) { f.Hosts.Variable = attack },
		"settings":     func(f *app.Found) { f.SettingsModule = attack },
		"process":      func(f *app.Found) { f.Processes = map[string]string{"worker": "echo " + attack} },
		"command":      func(f *app.Found) { f.Command = "python " + attack },
		"kept folder":  func(f *app.Found) { f.Data = []app.Kept{{Path: attack}, {Path: "/tmp/x.db", File: true}} },
		"kept file": func(f *app.Found) {
			f.Data = []app.Kept{{Path: "media"}, {Path: "/tmp/" + strings.ReplaceAll(attack, "/", ""), File: true}}
		},
	} {
		found := plain
		if name == "command" {
			found = own
		}
		want := lineKeys(unitTexts(found))
		change(&found)
		text := unitTexts(found)
		if got := lineKeys(text); !slices.Equal(got, want) {
			t.Errorf("%s: the units have other keys: %q, and had %q", name, got, want)
		}
		if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), func(r rune) bool { return unicode.IsControl(r) || r == 0x2028 }) {
			t.Errorf("%s: the units have control characters", name)
		}
	}
}

// TestHostileUnitFile attacks a unit with a word that nothing quoted: it is not written.
func TestHostileUnitFile(t *testing.T) {
	p := planOf(app.Found{Target: "app:app"})
	p.Name = "shop\nExecStartPre=+/bin/touch /owned"
	for _, f := range releaseUnits(fact.View{Plan: p})[:2] {
		out, err := sh(f.Put())
		if err == nil || !strings.Contains(out, "is not written") {
			t.Errorf("%s: %v: %s", f.Path, err, out)
		}
	}
}

// TestHostileSource attacks them with an app's source.
func TestHostileSource(t *testing.T) {
	const main = `import os
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
app = FastAPI()
app.add_middleware(TrustedHostMiddleware, allowed_hosts=os.environ.get("HOSTS", "a").split(SEPARATOR))
`
	for separator, want := range map[string]string{
		`"\nExecStartPre=+/bin/touch /owned\n"`: "", `"%n"`: "", `"\\"`: "", `", "`: "shop.example, 192.0.2.7, a",
	} {
		found, err := app.Detect(fstest.MapFS{"main.py": {Data: []byte(strings.Replace(main, "SEPARATOR", separator, 1))}}, app.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(CommandProperties(layout.Of("shop"), planOf(found)), "\n")
		if slices.Contains(lineKeys(text), "ExecStartPre") {
			t.Errorf("a separator %s reaches the unit:\n%s", separator, text)
		}
		if want != "" && !strings.Contains(text, `"HOSTS=`+want+`"`) {
			t.Errorf("a separator %s is lost:\n%s", separator, text)
		}
	}
}

// TestHostileBuild has a build leave links in the place of folders that it may write to.
// Root gives only such folders back whose own folder the build can't write to.
func TestHostileBuild(t *testing.T) {
	p := planOf(app.Found{Build: "true", BuildFolders: []string{"web/admin", "web", "out put", "web/admin/dist", "website"}})
	script := runBuild(p)
	source := layout.Of(p.ServerName()).Source(p.Release)
	if got := strings.Count(script, "\n"+shell.Command("set", "--", "web", "out put", "website")+"\n"); got != 2 {
		t.Errorf("the outermost folders are lent and given back %d times, want 2:\n%s", got, script)
	}
	if !strings.Contains(script, `ReadWritePaths="`+source+`/out put"`) {
		t.Errorf("a folder with a space is no single word:\n%s", script)
	}
}
