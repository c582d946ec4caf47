package ui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/golden"
)

// run is what a face is told of a deployment.
func run() []engine.Event {
	step := func(name string, status engine.Status, seconds float64, detail string, changes ...providers.Change) engine.Event {
		return engine.Event{Kind: engine.KindStep, Step: name, Title: "a title", Status: status, Seconds: seconds, Detail: detail, Changes: changes}
	}
	return []engine.Event{
		{Kind: engine.KindStart, Name: "shop", Provider: "digitalocean", Values: []plan.NamedValue{
			{Key: "name", Value: "shop", From: plan.FromFlag},
			{Key: "hardening", Value: "standard", From: plan.FromDefault},
			{Key: "web app", Value: "shop:app", From: "shop.py line 3"},
		}},
		step("preflight", engine.Looking, 0, ""),
		step("preflight", engine.Unchanged, 0.41, "flask shop:app, release 0123456789ab"),
		step("droplet", engine.Looking, 0, ""),
		step("droplet", engine.Changing, 0, "", providers.Change{What: "create droplet s-1vcpu-512mb-10gb", Why: "the smallest on sale", Monthly: 4, Hourly: 0.00595}),
		{Kind: engine.KindLine, Step: "droplet", Line: "waiting for droplet 7"},
		{Kind: engine.KindNote, Step: "droplet", Line: "the account has one droplet left"},
		step("droplet", engine.Changed, 31.2, "droplet 7 at 203.0.113.7"),
		step("sshd", engine.Changing, 0, "", providers.Change{What: "set sshd's PermitRootLogin to no"}),
		step("sshd", engine.Applied, 0.1, ""),
		step("sshd", engine.Changed, 0.1, ""),
	}
}

func ended(e engine.Event) []engine.Event { return append(run(), e) }

var endings = map[string][]engine.Event{
	"done": ended(engine.Event{Kind: engine.KindDone, Seconds: 61.3, Outcome: &engine.Outcome{Changed: true, URL: "http://203.0.113.7",
		Host: "203.0.113.7", Release: "0123456789ab", RoundTrips: 3,
		Spent: map[providers.Phase]float64{providers.PhaseBoot: 31.6, providers.PhaseApt: 20, providers.PhasePip: 7.7, providers.PhaseOther: 2}}}),
	"unchanged": {run()[0], {Kind: engine.KindDone, Seconds: 0.3, Outcome: &engine.Outcome{URL: "http://203.0.113.7", RoundTrips: 1}}},
	"unserved": ended(engine.Event{Kind: engine.KindDone, Seconds: 61.3, Outcome: &engine.Outcome{Changed: true, URL: "http://203.0.113.7", RoundTrips: 3,
		Visitors: &engine.Visitors{Path: "/", Status: 400, Cause: "every page answers 400", Next: "give --domain shop.example"}}}),
	"planned":          ended(engine.Event{Kind: engine.KindPlanned, Outcome: &engine.Outcome{Monthly: 4}}),
	"planned-beside":   ended(engine.Event{Kind: engine.KindPlanned, Outcome: &engine.Outcome{Monthly: 0.8, Before: 4, After: 4.8}}),
	"planned-as-it-is": {{Kind: engine.KindPlanned, Outcome: &engine.Outcome{Before: 4, After: 4}}},
	"crashed": ended(engine.Event{Kind: engine.KindFailed, Problem: &engine.Problem{Error: "release: it failed with status 1: Traceback (most recent call last):\n" +
		"  File \"/srv/app-shop/releases/08d4abc35ca1/src/wsgi.py\", line 3, in <module>\n    from shop import create_app\n" +
		"ModuleNotFoundError: No module named 'shop'\x1b[2J\nerror: the app printed this", Hint: "fix the cause, then this continues: slipway --yes", Code: 1}}),
	"failed": ended(engine.Event{Kind: engine.KindFailed, Problem: &engine.Problem{Error: "sshd: it was refused", Hint: "look at it", Code: 1}}),
}

func TestPlain(t *testing.T) {
	for name, events := range endings {
		t.Run(name, func(t *testing.T) {
			var result, progress bytes.Buffer
			face := NewPlain(&result, &progress)
			for _, e := range events {
				face.Event(e)
			}
			face.Close()
			golden.Same(t, name+".txt", "stderr:\n"+progress.String()+"stdout:\n"+result.String())
		})
	}
}

func TestJSON(t *testing.T) {
	for name, events := range endings {
		var out bytes.Buffer
		face := NewJSON(&out)
		for _, e := range events {
			e.Time = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			face.Event(e)
		}
		face.Close()
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(events) {
			t.Errorf("%s: %d lines for %d events", name, len(lines), len(events))
		}
		for i, line := range lines {
			var got map[string]any
			if err := json.Unmarshal([]byte(line), &got); err != nil || got["event"] != string(events[i].Kind) || got["time"] != "2026-01-02T03:04:05Z" {
				t.Errorf("%s: line %d is %s (%v)", name, i, line, err)
			}
		}
	}
}

// TestJSONEnds fixes the names that scripts read at the end of a run.
func TestJSONEnds(t *testing.T) {
	for name, keys := range map[string][]string{
		"done":   {"event", "time", "seconds", "changed", "url", "host", "release", "round_trips", "spent"},
		"failed": {"event", "time", "error", "hint", "code"},
	} {
		var out bytes.Buffer
		events := endings[name]
		NewJSON(&out).Event(events[len(events)-1])
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			if _, ok := got[key]; !ok {
				t.Errorf("%s: there is no %q in %s", name, key, out.String())
			}
		}
	}
}

func TestClip(t *testing.T) {
	for line, want := range map[string]string{
		"  short ":              "short",
		strings.Repeat("ü", 60): strings.Repeat("ü", 55) + "…",
		"bad \xff byte":         "bad ? byte",
		strings.Repeat("x", 56): strings.Repeat("x", 56),
	} {
		if got := clip(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
