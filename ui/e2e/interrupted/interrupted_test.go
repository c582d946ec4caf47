// Package interrupted tests, on real machines, that a deployment can be killed
// between any two of its effects and is resumed by the next run. The points are
// found by running a whole deployment and counting them: every event, and every
// call of the provider, before it and after it. A seeded sample runs by default;
// -sweep runs every point.
package interrupted

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/web"
)

var (
	sweep = flag.Bool("sweep", false, "interrupt at every point instead of a sample")
	seed  = flag.Uint64("seed", 1, "of the sample, and of where connections are cut")
)

// childVariable makes this test binary run a deployment instead of tests.
const childVariable = "SLIPWAY_TEST_DEPLOY"

func TestMain(m *testing.M) {
	if config := os.Getenv(childVariable); config != "" {
		os.Exit(deployAsChild(config))
	}
	os.Exit(m.Run())
}

// child says what a deployment in a process of its own does.
type child struct {
	Home   string // the state home
	Cache  string
	API    string // of the simulated cloud; empty deploys to a local machine
	Via    string // an address in front of the server's own
	KillAt int    // the point at which it kills itself; 0 is none
	FillAt int    // the point from which on its disk is full; 0 is none
}

// childEnd is what a deployment that was not killed says at its end.
type childEnd struct {
	Points  int
	Changed bool
	URL     string
	Error   string
	// Steps is where each step stood last.
	Steps map[string]engine.Status
}

func deployAsChild(config string) int {
	var c child
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	p := &points{child: c}
	end := childEnd{Steps: map[string]engine.Status{}}
	home := state.Home{Dir: c.Home, Cache: c.Cache}
	plan, err := plan.Make(plan.Asked{Sample: "hello", Getenv: func(string) string { return "" }, Flags: c.flags()}, home)
	if err == nil {
		var outcome engine.Outcome
		outcome, err = steps.Deploy(context.Background(), plan, home, p.open, func(e engine.Event) {
			if e.Kind == engine.KindStep {
				end.Steps[e.Step] = e.Status
				fmt.Println("step", e.Step, e.Status) // for the parent of one that is killed
			}
			if e.Kind != engine.KindLine && e.Kind != engine.KindNote {
				p.pass("the event " + e.Step + " " + string(e.Status))
			}
		})
		end.Changed, end.URL = outcome.Changed, outcome.URL
	}
	end.Points = p.n
	if err != nil {
		end.Error = err.Error()
	}
	out, err := json.Marshal(end)
	if err != nil {
		return 2
	}
	fmt.Printf("end %s\n", out)
	return 0
}

func (c child) flags() map[string]string {
	if c.API != "" {
		return map[string]string{plan.KeyProvider: "digitalocean"}
	}
	return nil
}

// points counts what a deployment passes, and interrupts it.
type points struct {
	child child
	n     int
}

func (p *points) pass(where string) {
	p.n++
	if p.n == p.child.KillAt {
		fmt.Println("killed at", where)
		syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // there is nobody left to tell
	}
	if p.n == p.child.FillAt {
		fill(p.child.Home)
	}
}

// fill leaves no byte on a disk.
func fill(dir string) {
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		return
	}
	defer f.Close()
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

// open is the provider with a point before and after each of its calls.
func (p *points) open(_ plan.Plan, dir string) (providers.Provider, error) {
	var inner providers.Provider
	var err error
	if p.child.API != "" {
		inner, err = digitalocean.New(digitalocean.Options{Token: "a-token-for-tests", APIURL: p.child.API,
			Patience: 3 * time.Second, PollEvery: 50 * time.Millisecond})
	} else {
		inner, err = local.New(local.Options{Dir: dir, Cache: p.child.Cache})
	}
	return &watched{Provider: inner, points: p}, err
}

type watched struct {
	providers.Provider
	points *points
}

func (w *watched) Resources(spec providers.Spec) []providers.Resource {
	all := w.Provider.Resources(spec)
	for i, r := range all {
		all[i] = &watchedResource{r, w.points}
	}
	return all
}

// Server puts the address of a proxy in place of the server's own.
func (w *watched) Server(ctx context.Context, spec providers.Spec) (providers.Server, error) {
	server, err := w.Provider.Server(ctx, spec)
	if err == nil && w.points.child.Via != "" {
		server.Address = w.points.child.Via
	}
	return server, err
}

type watchedResource struct {
	providers.Resource
	points *points
}

func (w *watchedResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	w.points.pass("the look at " + w.Kind())
	return w.Resource.Look(ctx, asked)
}

func (w *watchedResource) Make(ctx context.Context, report func(string)) error {
	w.points.pass("before making " + w.Kind())
	err := w.Resource.Make(ctx, report)
	w.points.pass("after making " + w.Kind())
	return err
}

// ran is how a deployment in a process of its own ended.
type ran struct {
	killed bool
	where  string
	end    childEnd
	steps  map[string]engine.Status
	stderr string
}

// run runs a deployment in a process of its own. kill, if not nil, is given the
// process.
func (c child) run(t *testing.T, kill func(*os.Process)) ran {
	t.Helper()
	config, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(config))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if kill != nil {
		kill(cmd.Process)
	}
	r := ran{steps: map[string]engine.Status{}}
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "step":
			step, status, _ := strings.Cut(rest, " ")
			r.steps[step] = engine.Status(status)
		case "killed":
			r.where = rest
		case "end":
			if err := json.Unmarshal([]byte(rest), &r.end); err != nil {
				t.Fatal(err)
			}
		}
	}
	err = cmd.Wait()
	r.killed = err != nil
	r.stderr = stderr.String()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() >= 0 {
		t.Fatalf("the deployment ended by itself: %v\n%s", err, r.stderr)
	}
	return r
}

// whole runs a deployment that must succeed.
func (c child) whole(t *testing.T) childEnd {
	t.Helper()
	c.KillAt, c.FillAt = 0, 0
	r := c.run(t, nil)
	if r.killed || r.end.Error != "" {
		t.Fatalf("a deployment that nobody interrupted: killed %t, %s\n%s", r.killed, r.end.Error, r.stderr)
	}
	return r.end
}

// sample picks n of the points from 1 to all, or every one in a sweep.
func sample(n, all int) []int {
	if *sweep || n >= all {
		every := make([]int, all)
		for i := range every {
			every[i] = i + 1
		}
		return every
	}
	picked := rand.New(rand.NewPCG(*seed, 0)).Perm(all)[:n]
	for i := range picked {
		picked[i]++
	}
	slices.Sort(picked)
	return picked
}

// samplePoints picks n of the points that every run has. A run has one more when
// the server could not be logged in to at once.
func samplePoints(n, seen int) []int {
	return sample(n, seen-1)
}

// intact checks that the state file is whole, or not there yet.
func intact(t *testing.T, home string) (state.Record, bool) {
	t.Helper()
	record, err := state.Home{Dir: home}.Read("hello")
	if errors.Is(err, state.ErrUnknown) {
		return state.Record{}, false
	}
	if err != nil {
		t.Fatalf("the state file after the kill: %v", err)
	}
	return record, true
}

// resumed checks what a resumed run told of each step, against what the killed
// one had finished.
func resumed(t *testing.T, before map[string]engine.Status, after childEnd) {
	t.Helper()
	for step, status := range after.Steps {
		if status != engine.Unchanged && status != engine.Changed {
			t.Errorf("the resumed run leaves the step %s %q", step, status)
		}
		finished := before[step] == engine.Changed || before[step] == engine.Unchanged || before[step] == engine.Applied
		if finished && status != engine.Unchanged {
			t.Errorf("the step %s was %q before the kill and is %q after it", step, before[step], status)
		}
	}
}

// localChild deploys to a local machine, which is destroyed with the test.
func localChild(t *testing.T) child {
	t.Helper()
	localtest.NeedTime(t, 2*time.Minute)
	c := child{Home: t.TempDir(), Cache: localtest.Cache(t)}
	t.Cleanup(func() { destroyLocal(t, c) })
	return c
}

func destroyLocal(t *testing.T, c child) {
	t.Helper()
	home := state.Home{Dir: c.Home, Cache: c.Cache}
	if !home.Exists("hello") {
		return
	}
	removal, err := steps.OpenRemoval(context.Background(), "hello", home, (&points{child: c}).open)
	if err != nil {
		t.Error(err)
		return
	}
	defer removal.Close()
	if err := removal.Do(context.Background(), func(string) {}); err != nil {
		t.Error(err)
	}
}

// answers checks that the app answers at /.
func answers(t *testing.T, end childEnd) {
	t.Helper()
	if status, err := web.CheckRelease(t.Context(), end.URL, ""); err != nil || status != 200 {
		t.Errorf("%s: status %d, %v", end.URL, status, err)
	}
}

// onceOnly checks on the machine itself that nothing was done twice.
func onceOnly(t *testing.T, c child) {
	t.Helper()
	disk := filepath.Join(c.Home, "hello", "machine", "disk")
	history, err := os.ReadFile(filepath.Join(disk, "var/log/apt/history.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(history), "Commandline: apt-get"); n != 1 {
		t.Errorf("apt-get installed %d times:\n%s", n, history)
	}
	for _, dir := range []string{"srv/app-hello/releases", "srv/app-hello/venvs"} {
		entries, err := os.ReadDir(filepath.Join(disk, dir))
		if err != nil || len(entries) != 1 {
			t.Errorf("%s has %d entries, %v", dir, len(entries), err)
		}
	}
}

// TestInterruptedLocal kills deployments to real machines on this computer.
func TestInterruptedLocal(t *testing.T) {
	localtest.NeedMachines(t)
	first := localChild(t)
	all := first.whole(t).Points
	destroyLocal(t, first)
	points := samplePoints(4, all)
	t.Logf("%d points between two effects; kills at %v", all, points)
	for _, at := range points {
		t.Run(strconv.Itoa(at), func(t *testing.T) {
			c := localChild(t)
			c.KillAt = at
			killed := c.run(t, nil)
			if !killed.killed {
				t.Fatalf("there is no point %d", at)
			}
			t.Logf("killed %s", killed.where)
			before, known := intact(t, c.Home)
			if _, err := os.Stat(filepath.Join(c.Home, "hello", "machine")); !known && !errors.Is(err, fs.ErrNotExist) {
				t.Error("a machine was made before it was on record")
			}
			end := c.whole(t)
			resumed(t, killed.steps, end)
			answers(t, end)
			onceOnly(t, c)
			if after, _ := intact(t, c.Home); known && after.Tag != before.Tag {
				t.Errorf("the tag was %s and is %s", before.Tag, after.Tag)
			}
			if again := c.whole(t); again.Changed {
				t.Errorf("something was left to change: %v", again.Steps)
			}
		})
	}
}
