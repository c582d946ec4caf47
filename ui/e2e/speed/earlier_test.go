package speed

import (
	"encoding/json"
	"flag"
	"strings"
	"testing"
	"time"

	"slipway/steps/engine"
	"slipway/ui/e2e"
)

var before = flag.String("before", "", "the path from / of an earlier slipway, to compare with where no script can do the same")

// binary is the slipway that an operator runs: the one of this source, or the earlier one.
type binary string

// deploys runs the binary's own deployment of the sample, and returns its events and seconds.
func (path binary) deploys(o *e2e.Operator, args ...string) (events string, seconds float64) {
	o.T.Helper()
	cmd := o.Command(append([]string{"--yes", "--json", "--sample", "hello"}, args...)...)
	if path != "" {
		cmd.Path = string(path)
	}
	began := time.Now()
	out, err := cmd.Output()
	if err != nil {
		o.T.Fatalf("%s: %v\n%s", cmd.Path, err, out)
	}
	return string(out), time.Since(began).Seconds()
}

// onThisComputer is a first deployment, with a machine that is made for it.
func (path binary) onThisComputer(b *testing.B) float64 {
	b.Helper()
	o := e2e.NewOperator(b, 0)
	o.Plain = true
	_, took := path.deploys(o)
	return took
}

// inTheCloud is the time from when the droplet is there until the run ends with the URL.
func (path binary) inTheCloud(b *testing.B) float64 {
	b.Helper()
	cloud := e2e.NewCloud(b)
	o := cloud.Operator(b)
	o.Plain = true
	events, _ := path.deploys(o, "--provider", "digitalocean")
	var active, done time.Time
	for line := range strings.Lines(events) {
		var e engine.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			b.Fatal(err)
		}
		done = e.Time
		if e.Kind == engine.KindStep && e.Step == "droplet" && active.IsZero() && (e.Status == engine.Applied || e.Status == engine.Changed) {
			active = e.Time
		}
	}
	if active.IsZero() {
		b.Fatalf("the events don't say when the droplet was there:\n%s", events)
	}
	return done.Sub(active).Seconds()
}

// withoutScript is the part of a round that no script can do: a machine has to be made first.
// What stands beside it is the earlier slipway, if one is given.
func (f *figures) withoutScript(b *testing.B, round int) {
	b.Helper()
	f.local.withEarlier(b, round, binary.onThisComputer)
	f.cloud.withEarlier(b, round, binary.inTheCloud)
}

// withEarlier measures this slipway, and in turns with it the earlier one if there is one.
func (f *Figure) withEarlier(b *testing.B, round int, seconds func(binary, *testing.B) float64) {
	b.Helper()
	run := func(path binary) (took float64) {
		b.Run("slipway", func(b *testing.B) { took = seconds(path, b) })
		return took
	}
	if *before == "" {
		f.Ours = append(f.Ours, run(""))
		return
	}
	f.Beside = "an earlier slipway"
	note(round, f, func() float64 { return run("") }, func() float64 { return run(binary(*before)) })
}
