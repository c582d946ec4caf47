// Package growth sees what Slipway's work grows with, without a machine and without a
// clock: how many things it makes in memory for ten times as many files, deployments,
// packages or variables, and how much memory the real binary takes at most. What grows
// faster than its cause is a defect.
package growth

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) {
	os.Setenv("PIP_NO_INDEX", "1") // nobody outside of this computer is asked
	code := e2e.Main(m)
	if err := shown(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// faster is how much more than ten times the work ten times the cause may take: maps and
// slices grow by doubling.
const faster = 1.5

// madeBy is how many things a function makes in memory.
func madeBy(t *testing.T, work func() error) float64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := work(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs)
}

// linear does the work for so many causes, for ten times as many and for a hundred times as
// many, and fails where one more cause takes more work among many than among few.
func linear(t *testing.T, name string, few int, work func(t *testing.T, n int) func() error) {
	t.Helper()
	var counts [3]float64
	for i, n := range []int{few, 10 * few, 100 * few} {
		counts[i] = madeBy(t, work(t, n))
	}
	keep(series{name, []int{few, 10 * few, 100 * few}, counts[:]})
	each, eachOfMany := (counts[1]-counts[0])/float64(9*few), (counts[2]-counts[1])/float64(90*few)
	t.Logf("%d: %.0f, ten times as many: %.0f, a hundred times as many: %.0f; one more: %.1f, then %.1f", few, counts[0], counts[1], counts[2], each, eachOfMany)
	if eachOfMany > faster*each {
		t.Errorf("one more of %d takes %.1f, and one more of %d takes %.1f", 10*few, each, 100*few, eachOfMany)
	}
}

// folder is an app with so many files beside it.
func folder(t *testing.T, files int, name, content string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "app.py", "from flask import Flask\napp = Flask(__name__)\n")
	write(t, dir, "requirements.txt", "flask==3.0.0\n")
	for n := range files {
		write(t, dir, fmt.Sprintf(name, n/200, n), content)
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The files of an app that is served, and of Python.
const (
	servedName, servedText = "static/%d/%d.txt", "text\n"
	pythonName, pythonText = "package/m%d/m%d.py", "import os\n\n\ndef f(x):\n    return os.path.join(x, 'y')\n"
)

// detected finds out what an app is, and what of it is uploaded.
func detected(t *testing.T, dir string) func() error {
	return func() error {
		files, err := app.Open(t.Context(), dir)
		if err != nil {
			return err
		}
		if _, err := app.Detect(files, app.Settings{}); err != nil {
			return err
		}
		_, err = app.Collect(files)
		return err
	}
}

// TestFiles finds out what an app is. That of Python is small enough for all of its files to
// stay in memory.
func TestFiles(t *testing.T) {
	linear(t, "files that are served", 50, func(t *testing.T, n int) func() error { return detected(t, folder(t, n, servedName, servedText)) })
	linear(t, "files of Python", 10, func(t *testing.T, n int) func() error { return detected(t, folder(t, n, pythonName, pythonText)) })
}

// TestReadAgain finds out what an app is whose files of Python are so many that they are
// read again by whatever looks at them: no file is read more often for there being more.
func TestReadAgain(t *testing.T) {
	counts, made := []int{2000, 4000, 8000}, []float64{}
	for _, n := range counts {
		made = append(made, madeBy(t, detected(t, folder(t, n, pythonName, pythonText))))
	}
	keep(series{"files of Python, read again", counts, made})
	each, eachOfMany := (made[1]-made[0])/2000, (made[2]-made[1])/4000
	t.Logf("one more of 2000 files: %.1f, one more of 4000: %.1f", each, eachOfMany)
	if eachOfMany > 1.1*each {
		t.Errorf("one more of 2000 files takes %.1f, and one more of 4000 takes %.1f", each, eachOfMany)
	}
}

// TestPackages reads a list of pinned packages.
func TestPackages(t *testing.T) {
	linear(t, "pinned packages", 10, func(t *testing.T, n int) func() error {
		dir := folder(t, 0, "", "")
		var list strings.Builder
		for i := range n {
			fmt.Fprintf(&list, "package%d==1.%d.0\n", i, i%50)
		}
		write(t, dir, "requirements.txt", "flask==3.0.0\n"+list.String())
		return func() error {
			files, err := app.Open(t.Context(), dir)
			if err != nil {
				return err
			}
			found, err := app.Detect(files, app.Settings{})
			if err != nil {
				return err
			}
			_, err = found.DependencyHash(files)
			return err
		}
	})
}

// recorded is a home with so many deployments on record, each as a whole run leaves it.
func recorded(t testing.TB, n int) state.Home {
	t.Helper()
	home := state.Home{Dir: filepath.Join(t.TempDir(), "state")}
	for i := range n {
		d, err := home.Open(fmt.Sprintf("app-%d", i), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Update(func(r *state.Record) {
			r.Settings = map[string]string{plan.KeyProvider: plan.ProviderLocal, plan.KeyApp: "/home/somebody/app"}
			r.Finished, r.Seconds = time.Now(), map[string]float64{}
			for step := range 25 {
				r.Seconds[fmt.Sprintf("step-%d", step)] = 1.5
			}
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// list lists the deployments on record, and sees that all of them are.
func list(home state.Home, n int) error {
	all, err := steps.List(home)
	if err == nil && len(all) != n {
		err = fmt.Errorf("%d of %d are listed", len(all), n)
	}
	return err
}

// mostListed is how many things in memory one more deployment may take in the list.
const mostListed = 105

// TestDeployments lists the deployments on record.
func TestDeployments(t *testing.T) {
	linear(t, "deployments on record", 10, func(t *testing.T, n int) func() error {
		home := recorded(t, n)
		return func() error { return list(home, n) }
	})
	home := recorded(t, 100)
	if each := testing.AllocsPerRun(5, func() {
		if err := list(home, 100); err != nil {
			t.Fatal(err)
		}
	}) / 100; each > mostListed {
		t.Errorf("one deployment takes %.0f things in memory to be listed, more than %d", each, mostListed)
	}
}

// BenchmarkList prints how long a list of 1,000 deployments takes.
func BenchmarkList(b *testing.B) {
	home := recorded(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := list(home, 1000); err != nil {
			b.Fatal(err)
		}
	}
}

// TestVariables looks at what is sent to a server for an app's variables.
func TestVariables(t *testing.T) {
	size := func(n int) int {
		p := example.Plan(t)
		p.Env = map[string]string{}
		for i := range n {
			p.Env[fmt.Sprintf("VARIABLE_%04d", i)] = "value"
		}
		return len(release.Variables.Script(fact.View{Plan: p, System: example.System()}))
	}
	few, more, many := size(10), size(100), size(1000)
	keep(series{"variables (bytes)", []int{10, 100, 1000}, []float64{float64(few), float64(more), float64(many)}})
	each, eachOfMany := float64(more-few)/90, float64(many-more)/900
	t.Logf("10 variables: %d bytes, 100: %d, 1000: %d; one more: %.1f, then %.1f", few, more, many, each, eachOfMany)
	if eachOfMany > faster*each {
		t.Errorf("one more of 100 variables takes %.1f bytes, and one more of 1000 takes %.1f", each, eachOfMany)
	}
}
