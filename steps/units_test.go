package steps

import (
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/shell"
)

const systemdFolder = "/etc/systemd/system/"

// awkward has everything in it that means something to systemd.
const awkward = "größe 😀 100% %n $HOME ${PATH} \"x\" 'y' \\ ; \n[Service]\nUser=root\r\t\x1b\u2028"

// deployable are plans with all that a unit can get from an app.
func deployable(t *testing.T) map[string]plan.Plan {
	t.Helper()
	plans := map[string]plan.Plan{}
	for name, change := range map[string]func(*app.Found){
		"WSGI": func(*app.Found) {},
		"ASGI": func(f *app.Found) { f.Server, f.ManagedPython = app.ASGI, "3.12.16" },
		"own server": func(f *app.Found) {
			f.Command, f.Target, f.Processes = "python serve.py --port $PORT", "", map[string]string{"worker": "a | b", "x-1_Y": "exec c"}
		},
		"one worker": func(f *app.Found) { f.Workers, f.WorkerClass, f.SystemFigures = 1, "eventlet", true },
		"overlay": func(f *app.Found) {
			f.SettingsModule, f.Overlay = "shop.prod", app.Overlay{Module: "shop.prod", Hosts: true, StaticRoot: "static"}
		},
		"data": func(f *app.Found) {
			f.Data = []app.Kept{{Path: "my files"}, {Path: "/data"}, {Path: "/tmp/x.db", File: true}, {Path: "x.db", File: true}}
		},
		"limits": func(f *app.Found) { f.Limits = app.Limits{Request: time.Hour, Stop: 2 * time.Minute, Upload: 1 << 30} },
		"awkward words": func(f *app.Found) {
			f.PythonPath, f.WorkerClass, f.GunicornArgs = awkward, awkward, []string{"app:app", awkward, ""}
			f.Hosts, f.Processes = app.Hosts{Variable: "HOSTS", Form: awkward}, map[string]string{"worker": awkward}
		},
		"an awkward command": func(f *app.Found) { f.Command, f.Target = awkward, "" },
	} {
		p := example.Plan(t)
		change(&p.App)
		plans[name] = p
		p = example.WithDomains(p, "a.example.com")
		p.Values = maps.Clone(p.Values)
		p.Values[plan.KeyHardening] = plan.NamedValue{Key: plan.KeyHardening, Value: "strict"}
		plans[name+", strict, with a domain"] = p
	}
	return plans
}

// unitsOf are all units and drop-ins that a run can write for a plan.
func unitsOf(t *testing.T, p plan.Plan) map[string]string {
	t.Helper()
	units := example.Files(t, guard.Arm(guard.Part{}, "token", time.Minute, nil))
	for _, s := range []fact.System{example.System(), {ID: "debian", Version: "12", CPUs: 1, Memory: 512, Python: "3.11"}} {
		for _, f := range facts(p) {
			maps.Copy(units, example.Files(t, f.Script(fact.View{Plan: p, System: s})))
		}
	}
	maps.DeleteFunc(units, func(path, _ string) bool { return !strings.HasPrefix(path, systemdFolder) })
	return units
}

// expected is what systemd-analyze says of a unit whose programs are on a server only.
var expected = regexp.MustCompile(`: Command .* is not executable: No such file or directory$`)

// saysOf are the lines that systemd-analyze says of units, by the paths of their files. It may
// have something to say of this computer's own, too.
func saysOf(said string, units []string) (lines []string) {
	for line := range strings.Lines(said) {
		line = strings.TrimSuffix(line, "\n")
		if !expected.MatchString(line) && slices.ContainsFunc(units, func(unit string) bool {
			return strings.Contains(line, path.Base(unit)) || strings.Contains(line, path.Dir(unit))
		}) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestUnits has systemd itself read every unit that a deployment can have, and Slipway's own
// last look take each of them.
func TestUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no systemd-analyze")
		}
		t.Skip("there is no systemd-analyze: CI has it read the units")
	}
	seen := map[string]bool{}
	for name, p := range deployable(t) {
		t.Run(name, func(t *testing.T) {
			dir, args := t.TempDir(), []string{"--man=no", "verify"}
			for file, text := range unitsOf(t, p) {
				if err := shell.CheckUnit(text); err != nil {
					t.Errorf("%s: %v\n%s", file, err, text)
				}
				name := strings.TrimPrefix(file, systemdFolder)
				seen[path.Ext(name)] = true
				if folder, _, ok := strings.Cut(name, ".d/"); ok {
					write(t, filepath.Join(dir, folder), "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/true\n")
					args = append(args, filepath.Join(dir, folder))
				} else {
					args = append(args, filepath.Join(dir, name))
				}
				write(t, filepath.Join(dir, name), text)
			}
			out, _ := exec.Command("systemd-analyze", args...).CombinedOutput() // it fails for want of programs
			if said := saysOf(string(out), args[2:]); len(said) > 0 {
				t.Errorf("systemd says:\n%s", strings.Join(said, "\n"))
			}
		})
	}
	for _, kind := range []string{".service", ".socket", ".timer", ".slice", ".conf"} {
		if !seen[kind] {
			t.Errorf("no unit of the kind %s was looked at: %v", kind, seen)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestUnitsAreUsed keeps the second instance's units among those that are read.
func TestUnitsAreUsed(t *testing.T) {
	p := example.Plan(t)
	script := release.Variables.Script(fact.View{Plan: p, System: example.System()})
	if units := example.Files(t, script); len(units) < 2 {
		t.Errorf("the variables' script writes %d units", len(units))
	}
}
