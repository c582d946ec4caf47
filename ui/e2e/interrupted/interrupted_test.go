// Package interrupted tests, on real machines, that a deployment can be killed
// between any two of its effects and is resumed by the next run. The points are
// found by running a whole deployment and counting them: every event, and every
// call of the provider, before it and after it. A sample runs by default, another one
// each time: its seed is printed, and -seed takes it again. -sweep runs every point.
package interrupted

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/web"
)

var (
	sweep = flag.Bool("sweep", false, "interrupt at every point instead of a sample")
	seed  = flag.Uint64("seed", 0, "of the sample, and of where connections are cut; 0 takes another one each time")
)

// childVariable makes this test binary run a deployment instead of tests.
const childVariable = "SLIPWAY_TEST_DEPLOY"

func TestMain(m *testing.M) {
	if config := os.Getenv(childVariable); config != "" {
		os.Exit(deployAsChild(config))
	}
	flag.Parse()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	fmt.Printf("-seed %d\n", *seed)
	os.Exit(m.Run())
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
		// sshd leaves a client alone for a second whose login was cut off: a run that had to wait
		// for it says that the connection changed.
		if finished && status != engine.Unchanged && step != (engine.Connection{}).Name() {
			t.Errorf("the step %s was %q before the kill and is %q after it", step, before[step], status)
		}
	}
}

// answers checks that the app answers at /.
func answers(t *testing.T, end childEnd) {
	t.Helper()
	if status, err := web.CheckRelease(t.Context(), end.URL, ""); err != nil || status != 200 {
		t.Errorf("%s: status %d, %v", end.URL, status, err)
	}
}
