package wizard

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// everyOption is an app for which the engine has every step that it knows.
var everyOption = map[string]string{
	"app.py":           "from flask import Flask\napp = Flask(__name__)\n",
	"requirements.txt": "flask\n",
	"slipway.toml": `
hardening = "strict"
test-command = "pytest -q"
domain = "app.example.com"
[app]
release = "python migrate.py"
data = ["uploads/"]
[app.static]
"/static/" = "static"
`,
}

// planOf is a plan for an app of files, on a provider that makes one thing.
func planOf(t *testing.T, home state.Home, files map[string]string, flags map[string]string) plan.Plan {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := plan.Make(t.Context(), plan.Asked{Folder: dir, Flags: flags, Getenv: func(string) string { return "" }}, home)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// stepsOf are the steps that the engine goes through for a plan, in order.
func stepsOf(t *testing.T, home state.Home, plan plan.Plan) []*row {
	t.Helper()
	b := newBoard(nil)
	if _, err := steps.Preview(t.Context(), plan, home, open(steps.Operator{}), b.event); err != nil {
		t.Fatal(err)
	}
	return b.rows
}

// TestHeadings: every step of the engine's after the connection has a heading, and
// every step that has one is the engine's.
func TestHeadings(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	flags := map[string]string{plan.KeyProvider: "digitalocean", plan.KeyTestCommand: "true", plan.KeyHardening: "strict",
		plan.KeyService: "postgres,mariadb,redis"}
	seen := map[string]bool{}
	again := sampleOf(t, home, "hello", flags)
	again.Restore = &plan.Restore{Name: "other", When: "latest"}
	for _, plan := range []plan.Plan{
		again,
		planOf(t, home, everyOption, map[string]string{plan.KeyProvider: "digitalocean"}),
		sampleOf(t, home, "hello", flags), sampleOf(t, home, "accounts", flags),
	} {
		onServer := false
		for _, r := range stepsOf(t, home, plan) {
			seen[r.name] = true
			if _, ok := headingOf[r.name]; onServer && !ok {
				t.Errorf("%s: the step %s has no heading", plan.Name, r.name)
			}
			onServer = onServer || r.name == connectionStep
		}
	}
	for name := range headingOf {
		if !seen[name] {
			t.Errorf("%s has a heading and is no step", name)
		}
	}
}

func sampleOf(t *testing.T, home state.Home, name string, flags map[string]string) plan.Plan {
	t.Helper()
	plan, err := plan.Make(t.Context(), plan.Asked{Sample: name, Flags: flags, Getenv: func(string) string { return "" }}, home)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestGrouped: what a provider makes stands under the server, whatever it is called,
// and no step is lost.
func TestGrouped(t *testing.T) {
	rows := []*row{{name: "preflight"}, {name: "balloon"}, {name: "connection"}, {name: "sshd"}, {name: "unheard-of"}, {name: "verify"}}
	got := map[heading][]string{}
	for _, g := range grouped(rows) {
		for _, r := range g.rows {
			got[g.heading] = append(got[g.heading], r.name)
		}
	}
	for heading, want := range map[heading]int{theServer: 3, gettingIn: 1, theSystem: 1, theCheck: 1} {
		if len(got[heading]) != want {
			t.Errorf("%s has %v, want %d steps", heading, got[heading], want)
		}
	}
	if len(got) != 4 {
		t.Errorf("got %v", got)
	}
}

// TestGroupedOnAPlatform: there is no server, so nothing stands under it.
func TestGroupedOnAPlatform(t *testing.T) {
	rows := []*row{{name: "preflight", status: engine.Unchanged}, {name: "network", title: "a network"}, {name: "image"}, {name: "app"}, {name: "verify"}}
	got := map[heading]int{}
	for _, g := range grouped(rows) {
		got[g.heading] = len(g.rows)
	}
	if want := map[heading]int{thePlatform: 2, theApp: 2, theCheck: 1}; !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := made(rows); got != "a network" {
		t.Errorf("it makes %s", got)
	}
}
