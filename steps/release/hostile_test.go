package release

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// ownKeys are the keys of a unit's lines: a text of the app's must not add one, nor a
// section.
func ownKeys(unit string) []string {
	keys := map[string]bool{}
	for line := range strings.Lines(unit) {
		key, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		keys[key] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

// unitTexts are the release's units, and the properties of what it runs once.
func unitTexts(found app.Found) string {
	p := planOf(found)
	v := fact.View{Plan: p}
	var texts []string
	for _, f := range releaseUnits(v)[:2] {
		texts = append(texts, f.Content)
	}
	return strings.Join(append(texts, CommandProperties(layout.Of(p.Name), p)...), "\n")
}

// TestHostileFound attacks the units with what is found in an app.
func TestHostileFound(t *testing.T) {
	const attack = "x\nExecStartPre=+/bin/touch /owned\n[Service]\r\x00\x1b"
	plain := app.Found{Server: app.WSGI, Target: "app:app", PythonPath: "src", Hosts: app.Hosts{Variable: "HOSTS", Form: ","}}
	want := ownKeys(unitTexts(plain))
	for name, change := range map[string]func(f *app.Found){
		"target":       func(f *app.Found) { f.Target += attack },
		"arguments":    func(f *app.Found) { f.GunicornArgs = []string{"app:app", "--name", attack} },
		"worker class": func(f *app.Found) { f.WorkerClass = attack },
		"folder":       func(f *app.Found) { f.PythonPath = attack },
		"separator":    func(f *app.Found) { f.Hosts.Form = attack },
		"host":         func(f *app.Found) { f.Hosts.Names = []string{attack} },
	} {
		found := plain
		change(&found)
		text := unitTexts(found)
		if got := ownKeys(text); !slices.Equal(got, want) {
			t.Errorf("%s: the units have the keys %q, want %q", name, got, want)
		}
		if strings.ContainsAny(text, "\r\x00\x1b") {
			t.Errorf("%s: the units have control characters", name)
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
	for _, separator := range []string{"\"\"\"\nExecStartPre=+/bin/touch /owned\n\"\"\"", `"\nExecStartPre=+/bin/touch /owned\n"`, `"%n"`, `"\""`, `"\\"`} {
		found, err := app.Detect(fstest.MapFS{"main.py": {Data: []byte(strings.Replace(main, "SEPARATOR", separator, 1))}}, app.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if text := unitTexts(found); strings.Contains(text, "touch /owned") || strings.Contains(text, "HOSTS=") {
			t.Errorf("a separator %s reaches the unit:\n%s", separator, text)
		}
	}
	found, err := app.Detect(fstest.MapFS{"main.py": {Data: []byte(strings.Replace(main, "SEPARATOR", `", "`, 1))}}, app.Settings{})
	if err != nil || !strings.Contains(unitTexts(found), `"HOSTS=shop.example, 192.0.2.7, a"`) {
		t.Errorf("a usual separator is lost: %v\n%s", err, unitTexts(found))
	}
}

// TestHostileBuild has a build leave links in the place of folders that it may write to.
// Root gives only such folders back whose own folder the build can't write to.
func TestHostileBuild(t *testing.T) {
	p := planOf(app.Found{Build: "true", BuildFolders: []string{"web/admin", "web", "out put", "web/admin/dist", "website"}})
	script := runBuild(p)
	source := layout.Of(p.Name).Source(p.Release)
	if got := strings.Count(script, "\n"+shell.Command("set", "--", "web", "out put", "website")+"\n"); got != 2 {
		t.Errorf("the outermost folders are lent and given back %d times, want 2:\n%s", got, script)
	}
	if !strings.Contains(script, `ReadWritePaths="`+source+`/out put"`) {
		t.Errorf("a folder with a space is no single word:\n%s", script)
	}
}
