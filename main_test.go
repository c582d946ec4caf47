package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"al.essio.dev/pkg/shellescape"
	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/remote"
)

// slipway is the real binary, built once.
var slipway string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "slipway-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	slipway = filepath.Join(dir, "slipway")
	if out, err := exec.Command("go", "build", "-o", slipway, ".").CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v\n%s", err, out))
	}
	return m.Run()
}

// operator is somebody with a home of their own, who runs slipway.
type operator struct {
	t    *testing.T
	home string
	// env is added to the environment of each run.
	env []string
}

// newOperator gives each test its own state and the computer's cache of images,
// and destroys every deployment at the end.
func newOperator(t *testing.T) *operator {
	t.Helper()
	localtest.NeedTime(t, 2*time.Minute)
	o := &operator{t: t, home: t.TempDir()}
	t.Cleanup(func() {
		names, err := o.state().Names()
		if err != nil {
			t.Error(err)
		}
		for _, name := range names {
			if r := o.run("destroy", "-y", name); r.code != 0 {
				t.Errorf("destroy %s: exit %d\n%s", name, r.code, r.stderr)
			}
		}
	})
	return o
}

func (o *operator) state() state.Home { return state.Home{Dir: filepath.Join(o.home, "slipway")} }

func (o *operator) command(args ...string) *exec.Cmd {
	cmd := exec.Command(slipway, args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+o.home, "SLIPWAY_HOME=", "DIGITALOCEAN_TOKEN=", "DIGITALOCEAN_ACCESS_TOKEN=")
	cmd.Env = append(cmd.Env, o.env...)
	cmd.Dir = o.home
	return cmd
}

// result is how a run ended.
type result struct {
	code           int
	stdout, stderr string
}

func (o *operator) run(args ...string) result {
	o.t.Helper()
	cmd := o.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		o.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs slipway and fails the test unless it succeeds.
func (o *operator) must(args ...string) result {
	o.t.Helper()
	r := o.run(args...)
	if r.code != 0 {
		o.t.Fatalf("slipway %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.stdout, r.stderr)
	}
	return r
}

// deployed is what the last line of --json says, and the steps before it.
type deployed struct {
	steps.Outcome
	Event   string  `json:"event"`
	Seconds float64 `json:"seconds"`
	steps   map[string]steps.Status
}

func (o *operator) deploy(args ...string) deployed {
	o.t.Helper()
	r := o.must(append([]string{"--yes", "--json"}, args...)...)
	d := deployed{steps: map[string]steps.Status{}}
	for line := range strings.Lines(r.stdout) {
		var e struct {
			Event, Time, Step string
			Status            steps.Status
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event == "" || e.Time == "" {
			o.t.Fatalf("a line of --json is no event: %s (%v)", line, err)
		}
		if e.Event == "step" {
			d.steps[e.Step] = e.Status
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			o.t.Fatal(err)
		}
	}
	if d.Event != "done" || d.URL == "" || d.Host == "" || d.Release == "" {
		o.t.Fatalf("the last event is %+v", d)
	}
	return d
}

// ask returns the status and body of a GET.
func ask(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url) // a machine of this test's own
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// login opens a connection of the test's own to a deployment's server.
func (o *operator) login(name, user string) (*remote.Client, error) {
	o.t.Helper()
	record, err := o.state().Read(name)
	if err != nil {
		o.t.Fatal(err)
	}
	private, err := os.ReadFile(filepath.Join(o.state().Folder(name), "id_ed25519"))
	if err != nil {
		o.t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		o.t.Fatal(err)
	}
	pinned, _, _, _, err := ssh.ParseAuthorizedKey([]byte(record.Server.HostKeys[0]))
	if err != nil {
		o.t.Fatal(err)
	}
	return remote.Dial(o.t.Context(), remote.Target{Address: record.Server.Address, Port: 22, User: user,
		HostKeys: []ssh.PublicKey{pinned}, Signers: []ssh.Signer{signer}})
}

// root runs a script as root on a deployment's server.
func (o *operator) root(name, script string) string {
	o.t.Helper()
	client, err := o.login(name, "deploy")
	if err != nil {
		o.t.Fatal(err)
	}
	defer client.Close()
	out, err := client.Ask(o.t.Context(), script)
	if err != nil {
		o.t.Fatalf("%s: %v", script, err)
	}
	return strings.TrimSpace(out)
}

// until tries again until the check holds, two minutes at most.
func until(t *testing.T, what string, check func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for !check() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited for %s: %v", what, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// killAt starts slipway and sends it the signal when an event comes that
// matches. It returns false if the run ended before.
func (o *operator) killAt(signal syscall.Signal, match func(step string, status steps.Status) bool, args ...string) bool {
	o.t.Helper()
	cmd := o.command(append([]string{"--yes", "--json"}, args...)...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		o.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	killed, hint := false, ""
	var at time.Time
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Step, Hint string
			Status     steps.Status
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			o.t.Fatal(err)
		}
		hint = e.Hint
		if !killed && match(e.Step, e.Status) {
			killed, at = true, time.Now()
			if err := cmd.Process.Signal(signal); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	if !killed && err != nil {
		o.t.Fatalf("the run failed by itself: %v", err)
	}
	if !killed || signal == syscall.SIGKILL {
		return killed
	}
	if took := time.Since(at); cmd.ProcessState.ExitCode() != 130 || took > 5*time.Second {
		o.t.Errorf("after %s it ended with %s after %s, want exit status 130 within 5 s", signal, cmd.ProcessState, took)
	}
	if !strings.Contains(hint, shellescape.QuoteCommand(args)) {
		o.t.Errorf("after %s it does not say what continues: %q", signal, hint)
	}
	return killed
}
