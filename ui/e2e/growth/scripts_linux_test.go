package growth

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/release"
	"slipway/steps/shell"
)

// programWord matches what may be a program's name in a script.
var programWord = regexp.MustCompile(`[a-z][a-z0-9-]*`)

// standIns makes a folder with a program for each name in a script that is one here. Each
// notes that it was started, and is the real one then.
func standIns(t *testing.T, script string) (folder, notes string) {
	t.Helper()
	folder, notes = t.TempDir(), filepath.Join(t.TempDir(), "started")
	for _, name := range programWord.FindAllString(script, -1) {
		real, err := exec.LookPath(name)
		if err != nil || name == "sh" {
			continue
		}
		text := fmt.Sprintf("#!/bin/sh\necho %s >>%s\nexec %s \"$@\"\n", name, shell.Quote(notes), shell.Quote(real))
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return folder, notes
}

// started is how many programs a script starts.
func started(t *testing.T, script string) float64 {
	t.Helper()
	folder, notes := standIns(t, script)
	cmd := exec.CommandContext(t.Context(), "sh", "-eu")
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\n%s", err, out, script)
	}
	names, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	return float64(strings.Count(string(names), "\n"))
}

// constant sees that a script starts no program more among a hundred times as many.
func constant(t *testing.T, name string, counts []int, work func(n int) float64) {
	t.Helper()
	var all []float64
	for _, n := range counts {
		all = append(all, work(n))
	}
	t.Logf("%s: %v of %v", name, all, counts)
	keep(series{name, counts, all})
	if all[len(all)-1] > all[0] {
		t.Errorf("%d start %.0f programs, and %d start %.0f", counts[0], all[0], counts[len(counts)-1], all[len(all)-1])
	}
}

// script is the text of one of the scripts below steps, with those of the values that it
// takes.
func script(t *testing.T, name string, values shell.Values) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../../steps", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	takes := shell.Values{}
	for name, value := range values {
		if strings.Contains(string(text), "\"${"+name+"?}\"") {
			takes[name] = value
		}
	}
	return shell.Script(string(text), takes)
}

// server is a folder with so many releases as a server has them, each with an environment
// and a Python of its own. All of them are kept.
func server(t *testing.T, releases int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range releases {
		name := fmt.Sprintf("%012x", i)
		write(t, dir, "releases/"+name+"/served", "")
		write(t, dir, "releases/"+name+"/port", fmt.Sprintf("PORT=%d\n", 20000+i))
		write(t, dir, "venvs/"+name+"/.complete", "")
		write(t, dir, "venvs/"+name+"/pyvenv.cfg", "home = "+dir+"/pythons/3."+name+"/bin\n")
		write(t, dir, "pythons/3."+name+"/.complete", "")
		if err := os.Symlink(dir+"/venvs/"+name, dir+"/releases/"+name+"/venv"); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestReleases has a server's shell look at the kept releases, choose a port beside theirs
// and prune them.
func TestReleases(t *testing.T) {
	constant(t, "kept releases (programs)", []int{3, 30, 300}, func(n int) float64 {
		dir := server(t, n)
		values := shell.Values{"releases": dir + "/releases", "venvs": dir + "/venvs", "pythons": dir + "/pythons", "build_list": dir + "/none",
			"file": dir + "/port", "uploads": dir + "/uploads", "id": "none", "user": "slipway-test-nobody", "snapshots": dir + "/snapshots",
			"current": dir + "/current", "variables": dir + "/variables", "kept_limit": "1000"}
		programs := started(t, shell.Lines(
			script(t, "release/dependencieslook.sh", values), script(t, "release/chooseport.sh", values),
			script(t, "newestrelease.sh", values), script(t, "release/prune.sh", values)))
		for _, folder := range []string{"releases", "venvs", "pythons"} {
			if left, err := os.ReadDir(filepath.Join(dir, folder)); err != nil || len(left) != n {
				t.Errorf("%d of %d are left in %s, %v", len(left), n, folder, err)
			}
		}
		return programs
	})
}

// TestProcesses has a server's shell tell who listens and how much memory the app's
// processes take: it starts no program for each.
func TestProcesses(t *testing.T) {
	text := fact.Sockets + "\nlistening >/dev/null\n" + script(t, "unitmemory.sh", shell.Values{"user": "slipway-test-nobody"})
	few := started(t, text)
	for range 30 {
		listen(t)
	}
	if many := started(t, text); many > few+3 { // others on this computer begin to listen, too
		t.Errorf("30 listeners more start %.0f programs in the place of %.0f", many, few)
	}
}

// TestPackagesOnServer has a server's shell tell the packages of two releases apart, and
// looks at what is sent to the server for an app's packages.
func TestPackagesOnServer(t *testing.T) {
	constant(t, "packages there (programs)", []int{10, 100, 300}, func(n int) float64 {
		dir := t.TempDir()
		for _, id := range []string{"old", "new"} {
			write(t, dir, id+"/src/app.py", id)
			for i := range n {
				write(t, dir, fmt.Sprintf("%s/venv/lib/python3.13/site-packages/package%d-%s.dist-info/METADATA", id, i, id), "")
			}
		}
		if err := os.Symlink(dir+"/old", dir+"/current"); err != nil {
			t.Fatal(err)
		}
		return started(t, shell.Lines(release.VariableRecords, script(t, "release/difference.sh", nil),
			shell.Command("difference", dir+"/current", dir+"/new", dir)))
	})
	size := func(n int) int {
		p := example.Plan(t)
		p.App.Requirements.Packages = nil
		for i := range n {
			p.App.Requirements.Packages = append(p.App.Requirements.Packages, fmt.Sprintf("package%03d==1.2.3", i))
		}
		v := fact.View{Plan: p, System: example.System()}
		return len(release.Dependencies.Script(v)) + len(release.Dependencies.Look(p))
	}
	few, more, many := size(10), size(100), size(300)
	t.Logf("10 packages: %d bytes, 100: %d, 300: %d", few, more, many)
	keep(series{"packages to install (bytes)", []int{10, 100, 300}, []float64{float64(few), float64(more), float64(many)}})
	if each, eachOfMany := float64(more-few)/90, float64(many-more)/200; eachOfMany > faster*each {
		t.Errorf("one more of 100 packages takes %.1f bytes, and one more of 300 takes %.1f", each, eachOfMany)
	}
}

// listen listens on a port until the test ends.
func listen(t *testing.T) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
}
