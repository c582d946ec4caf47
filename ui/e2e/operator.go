package e2e

import (
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
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/remote"
)

// bin is the folder of the package's binary: Main makes and removes it.
var bin string

// built has the go command build slipway, out of its cache as far as that goes.
var built = sync.OnceValues(func() (string, error) {
	if bin == "" {
		return "", errors.New("this package has no TestMain that is os.Exit(e2e.Main(m))")
	}
	path := filepath.Join(bin, "slipway")
	if out, err := exec.Command("go", "build", "-o", path, "slipway").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build slipway: %w\n%s", err, out)
	}
	return path, nil
})

// Main runs a package's tests and returns their exit status: the package's
// TestMain is os.Exit(e2e.Main(m)).
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "slipway-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	bin = dir
	return m.Run()
}

// Slipway is the path of the real binary. It is built for the first test that
// asks for it, once for all tests of a package.
func Slipway(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Operator is somebody with a home of their own, who runs slipway.
type Operator struct {
	T testing.TB
	// Home is the folder that holds slipway's state, and where it is run.
	Home string
	// Env is added to the environment of each run.
	Env []string
	// Plain has new machines be as a provider rents them out. Else they have the
	// packages of [Baked] already.
	Plain bool
}

// NewOperator gives a test its own state and the computer's cache of images,
// and destroys every deployment at the end. It skips the test if less than
// need is left of the test run.
func NewOperator(t testing.TB, need time.Duration) *Operator {
	t.Helper()
	localtest.NeedTime(t, need)
	o := &Operator{T: t, Home: t.TempDir()}
	t.Cleanup(func() {
		names, err := o.State().Names()
		if err != nil {
			t.Error(err)
		}
		for _, name := range names {
			if r := o.Run("destroy", "-y", "--lose-data", name); r.Code != 0 {
				t.Errorf("destroy %s: exit %d\n%s", name, r.Code, r.Stderr)
			}
		}
	})
	return o
}

// State is where the operator's deployments are on record.
func (o *Operator) State() state.Home { return state.Home{Dir: filepath.Join(o.Home, "slipway")} }

// Command is slipway with arguments, not started yet.
func (o *Operator) Command(args ...string) *exec.Cmd {
	o.T.Helper()
	cmd := exec.Command(Slipway(o.T), args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+o.Home, "SLIPWAY_HOME=", "DIGITALOCEAN_TOKEN=", "DIGITALOCEAN_ACCESS_TOKEN=")
	if !o.Plain {
		cmd.Env = append(cmd.Env, baked())
	}
	cmd.Env = append(cmd.Env, o.Env...)
	cmd.Dir = o.Home
	return cmd
}

// Result is how a run ended.
type Result struct {
	// Code is the exit code.
	Code           int
	Stdout, Stderr string
}

// Run runs slipway to its end.
func (o *Operator) Run(args ...string) Result {
	o.T.Helper()
	cmd := o.Command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		o.T.Fatal(err)
	}
	return Result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// Must runs slipway and fails the test unless it succeeds.
func (o *Operator) Must(args ...string) Result {
	o.T.Helper()
	r := o.Run(args...)
	if r.Code != 0 {
		o.T.Fatalf("slipway %s: exit %d\n%s%s", strings.Join(args, " "), r.Code, r.Stdout, r.Stderr)
	}
	return r
}

// Deployed is what the last line of --json says, and the steps before it.
type Deployed struct {
	engine.Outcome
	Event   string  `json:"event"`
	Seconds float64 `json:"seconds"`
	// Steps is where each step stood when it was last told of.
	Steps map[string]engine.Status `json:"-"`
}

// Deploy runs slipway --yes --json and fails the test unless it succeeds.
func (o *Operator) Deploy(args ...string) Deployed {
	o.T.Helper()
	return ReadDeployed(o.T, o.Must(append([]string{"--yes", "--json"}, args...)...).Stdout)
}

// ReadDeployed reads the events of a run that succeeded, and fails the test if they are not
// those.
func ReadDeployed(t testing.TB, events string) Deployed {
	t.Helper()
	d := Deployed{Steps: map[string]engine.Status{}}
	for line := range strings.Lines(events) {
		var e struct {
			Event, Time, Step string
			Status            engine.Status
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event == "" || e.Time == "" {
			t.Fatalf("a line of --json is no event: %s (%v)", line, err)
		}
		if e.Event == "step" {
			d.Steps[e.Step] = e.Status
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
	}
	if d.Event != "done" || d.URL == "" || d.Host == "" || d.Release == "" {
		t.Fatalf("the last event is %+v", d)
	}
	return d
}

// context is the test's, but for its end: a test's cleanup asks the server what went wrong.
func (o *Operator) context() context.Context { return context.WithoutCancel(o.T.Context()) }

// Login opens a connection of the test's own to a deployment's server.
func (o *Operator) Login(name, user string) (*remote.Client, error) {
	o.T.Helper()
	record, err := o.State().Read(name)
	if err != nil {
		o.T.Fatal(err)
	}
	private, err := os.ReadFile(filepath.Join(o.State().Folder(name), "id_ed25519"))
	if err != nil {
		o.T.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(private)
	if err != nil {
		o.T.Fatal(err)
	}
	pinned, _, _, _, err := ssh.ParseAuthorizedKey([]byte(record.Server.HostKeys[0]))
	if err != nil {
		o.T.Fatal(err)
	}
	return remote.Dial(o.context(), remote.Target{Address: record.Server.Address, Port: 22, User: user,
		HostKeys: []ssh.PublicKey{pinned}, Signers: []ssh.Signer{signer}})
}

// Root runs a script as root on a deployment's server and returns what it
// printed.
func (o *Operator) Root(name, script string) string {
	o.T.Helper()
	client, err := o.Login(name, "deploy")
	if err != nil {
		o.T.Fatal(err)
	}
	defer client.Close()
	out, err := client.Output(o.context(), script)
	if err != nil {
		o.T.Fatalf("%s: %v", script, err)
	}
	return strings.TrimSpace(out)
}

// Ask returns the status and body of a GET.
func Ask(t testing.TB, url string) (int, string) {
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

// Until tries again until the check holds, two minutes at most.
func Until(t testing.TB, what string, check func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !check(); {
		if time.Now().After(end) {
			t.Fatalf("waited two minutes for %s", what)
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("waited for %s: %v", what, t.Context().Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
