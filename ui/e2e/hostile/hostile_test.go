//go:build linux

package hostile

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

const (
	// name is the deployment's name.
	name = "hostile"
	// secret is the value of a variable of the app's.
	secret = "a-secret-of-the-live-app"
	// runLimit is how long one run of slipway may take.
	runLimit = 2 * time.Minute
	// memoryLimit is how much memory slipway may take on the operator's computer.
	memoryLimit = 400 << 20
)

// files are a folder's files, by path: a text, or where a symbolic link leads.
type files map[string]string

// linkTo is the content of files that stands for a symbolic link.
func linkTo(target string) string { return "\x00link " + target }

// write makes a folder of harmless files, and of others in their place.
func (f files) write(t *testing.T, dir string) {
	t.Helper()
	for path, content := range f {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, ok := strings.CutPrefix(content, "\x00link "); ok {
			err = os.Symlink(target, full)
		} else {
			err = os.WriteFile(full, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// harmless is an app that tells what it was told.
var harmless = files{
	"requirements.txt": "gunicorn==23.0.0\n",
	"Procfile":         "web: gunicorn app:app\n",
	"app.py":           harmlessApp,
}

const harmlessApp = `
import json
import os


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    told = {key: value for key, value in environ.items() if isinstance(value, str)}
    return [json.dumps({"environ": told, "variables": dict(os.environ)}).encode()]
`

// folder is an app's folder: the harmless app with other files.
func folder(t *testing.T, changed files) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "app")
	all := files{}
	for _, some := range []files{harmless, changed} {
		maps.Copy(all, some)
	}
	all.write(t, dir)
	return dir
}

// attack is an app that is more than it seems.
type attack struct {
	name string
	// files are in the place of harmless ones.
	files files
	args  []string
	// refused is what a refusal of it must say: the file and the line, or the name.
	refused string
	// must is "refuse" or "deploy" if the other one is wrong; else either is right.
	must string
	// after looks for more, once it was not refused.
	after func(t *testing.T, o *e2e.Operator, r result)
}

// result is how a run ended, with the most memory that it took, in bytes.
type result struct {
	e2e.Result
	memory int64
}

// run runs slipway with limits, and with what a terminal must not be sent.
func run(t *testing.T, o *e2e.Operator, args ...string) result {
	t.Helper()
	return runWithin(t, o, runLimit, args...)
}

// runWithin is run with another limit of time.
func runWithin(t *testing.T, o *e2e.Operator, limit time.Duration, args ...string) result {
	t.Helper()
	// What takes all memory takes this much, and not the computer's.
	const bound = "ulimit -v 6000000; exec \"$@\""
	cmd := o.Command(args...)
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", bound, "sh"}, cmd.Args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(limit, func() { cmd.Process.Kill() }) //nolint:errcheck // it has ended then
	defer stop.Stop()
	err := cmd.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	r := result{Result: e2e.Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}}
	r.memory = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	if r.Code < 0 {
		t.Fatalf("slipway %s did not end within %v", strings.Join(args, " "), limit)
	}
	if strings.Contains(r.Stderr, "goroutine ") {
		t.Errorf("slipway %s: a panic:\n%.2000s", strings.Join(args, " "), r.Stderr)
	}
	if r.memory > memoryLimit {
		t.Errorf("slipway took %d MB of memory", r.memory>>20)
	}
	for what, text := range map[string]string{"stdout": r.Stdout, "stderr": r.Stderr} {
		if at := strings.IndexFunc(text, steersTerminal); at >= 0 {
			t.Errorf("%s has a control character: %q", what, text[max(0, at-80):min(len(text), at+80)])
		}
	}
	return r
}

// steersTerminal tells characters that a terminal obeys rather than shows.
func steersTerminal(r rune) bool {
	bidi := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
	return unicode.IsControl(r) && r != '\n' && r != '\t' || bidi
}

// refusal tells whether a run was refused before anything was made, and fails the test
// unless the refusal says where the fault is.
func (a attack) refusal(t *testing.T, r result) bool {
	t.Helper()
	if r.Code != 2 {
		if a.must == "refuse" {
			t.Errorf("exit %d, want a refusal", r.Code)
		}
		return false
	}
	if a.must == "deploy" {
		t.Errorf("an ordinary app is refused:\n%s", r.Stderr)
	}
	if a.refused == "" || !strings.Contains(r.Stderr, a.refused) {
		t.Errorf("the refusal does not say %q:\n%s", a.refused, r.Stderr)
	}
	return true
}

// TestHostile is the attacks on a server, in groups by their boundary. Each ends in a
// refusal that names where the fault is, or in a deployment in which nothing changed on
// the server outside of the app's own folders: file by file, mode by mode, with the
// firewall's rules. They share one machine: each is deployed in the place of a harmless
// app, so that what nginx, Python and the app's user are made of is there before.
func TestHostile(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 5*time.Minute)
	first := o.Deploy("--name", name, "--env", "SECRET="+secret, folder(t, nil))
	// The second release has what only a release after another one has.
	o.Deploy("--name", name, folder(t, files{"again.txt": "again\n"}))
	s := &server{o: o, url: first.URL}
	s.take(t)
	t.Run("Visitors", s.visitors)
	for _, group := range []struct {
		name    string
		attacks []attack
		// mayFail is set where a step may end with what the app's own programs did.
		mayFail bool
	}{
		{"Units", unitAttacks, false}, {"Variables", variableAttacks, false}, {"Links", linkAttacks, true}, {"Output", outputAttacks, true},
		{"Processes", processAttacks, false}, {"Packages", packageAttacks, true},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, a := range group.attacks {
				t.Run(a.name, func(t *testing.T) { s.suffers(t, a, group.mayFail) })
			}
		})
	}
}

// server is the machine that all attacks share.
type server struct {
	o      *e2e.Operator
	url    string
	before e2e.Inventory
	// lost is set once an attack has made the server unreachable.
	lost bool
}

// lastLine is the line of an error, or the last one.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "error: ") {
			return line
		}
	}
	return lines[len(lines)-1]
}

// as is the operator, whose failures are those of the test in hand.
func (s *server) as(t *testing.T) *e2e.Operator {
	return &e2e.Operator{T: t, Home: s.o.Home, Env: s.o.Env}
}

// take takes the inventory with which the next one is compared.
func (s *server) take(t *testing.T) {
	t.Helper()
	s.before = s.as(t).Inventory(name)
}

// suffers deploys an attack and compares.
func (s *server) suffers(t *testing.T, a attack, mayFail bool) {
	if s.lost {
		t.Fatal("the server was lost to an attack before this one")
	}
	o := s.as(t)
	defer func() { // also where the test ends at once
		client, err := o.Login(name, "deploy")
		if err != nil {
			s.lost = true
			return
		}
		client.Close()
	}()
	// The tests of the attack before are not this one's: the last of two flags holds.
	r := run(t, o, append([]string{"--yes", "--name", name, folder(t, a.files), "--test-command", ""}, a.args...)...)
	t.Logf("exit %d: %s", r.Code, lastLine(r.Stderr))
	refused := a.refusal(t, r)
	if !refused && r.Code != 0 && (a.must == "deploy" || !mayFail) {
		t.Errorf("exit %d, want a refusal or a deployment", r.Code)
	}
	if !refused && a.after != nil {
		a.after(t, o, r)
	}
	was := s.before
	s.take(t)
	unharmed(t, s.before, was)
	if !refused {
		confined(t, o)
	}
}
