package heroku

import (
	"strings"
	"testing"
	"time"

	"slipway/providers/heroku/fakeheroku"
	"slipway/ui/e2e"
)

// TestFailures has Heroku fail in its usual ways: the exit code, what is said, and what to
// do next. The same command brings the app once Heroku works again.
func TestFailures(t *testing.T) {
	for name, test := range map[string]struct {
		faults fakeheroku.Faults
		code   int
		says   []string
	}{
		"a withdrawn token": {fakeheroku.Faults{Unauthorized: true}, 3, []string{"401", "heroku login", "HEROKU_API_KEY"}},
		"not verified":      {fakeheroku.Faults{Unverified: true}, 3, []string{"https://heroku.com/verify"}},
		"suspended":         {fakeheroku.Faults{Suspended: true}, 3, []string{"suspended"}},
		"too many apps":     {fakeheroku.Faults{AppLimit: true}, 3, []string{"limit"}},
		"a failed build":    {fakeheroku.Faults{FailBuild: true}, 1, []string{"No matching distribution found", "run the same command again"}},
		"a failed phase":    {fakeheroku.Faults{FailRelease: true}, 1, []string{"release phase"}},
		"never listens":     {fakeheroku.Faults{SlowBoot: 30 * time.Second, BootTimeout: time.Second}, 1, []string{"R10"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOperator(t)
			o.heroku.SetFaults(test.faults)
			words := args("--sample", "hello", "--test-command", "true")
			r := o.Run(append([]string{"--yes"}, words...)...)
			if r.Code != test.code {
				t.Errorf("exit %d, want %d:\n%s", r.Code, test.code, r.Stderr)
			}
			for _, want := range test.says {
				if !strings.Contains(r.Stderr, want) {
					t.Errorf("it does not say %q:\n%s", want, r.Stderr)
				}
			}
			o.heroku.SetFaults(fakeheroku.Faults{})
			asks(t, o.Deploy(words...).URL, "Hello World")
			o.holdsOne()
		})
	}
}

// TestNoLogin says how to log in.
func TestNoLogin(t *testing.T) {
	o := newOperator(t)
	o.Env = append(o.Env, "HEROKU_API_KEY=")
	if r := o.Run(append([]string{"--yes"}, args("--sample", "hello")...)...); r.Code != 3 || !strings.Contains(r.Stderr, "heroku login") {
		t.Errorf("exit %d:\n%s", r.Code, r.Stderr)
	}
	if len(o.heroku.Requests()) > 0 {
		t.Error("Heroku was asked without a login")
	}
}

// TestAnswersLost loses and delays answers: there is one app, one build and one release of
// the app at the end.
func TestAnswersLost(t *testing.T) {
	for name, faults := range map[string]fakeheroku.Faults{
		"the app's":          {DropAfter: "apps"},
		"500 after the app":  {ErrorAfter: "apps"},
		"torn":               {TornAfter: "apps"},
		"before the app":     {DropBefore: "apps"},
		"the variables'":     {DropAfter: "config-vars"},
		"the source's":       {DropAfter: "sources"},
		"the build's":        {DropAfter: "builds"},
		"500 after a build":  {ErrorAfter: "builds"},
		"the formation's":    {DropAfter: "formation"},
		"late":               {LateLookups: 2},
		"reads and too many": {BrokenReads: 2, DroppedReads: 2, TooMany: 2, RetryAfter: time.Second},
		"the output":         {CutOutput: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOperator(t)
			o.heroku.SetFaults(faults)
			r := o.Run(append([]string{"--yes"}, args("--sample", "hello")...)...)
			for n := 0; r.Code != 0 && n < 3; n++ { // the same command again
				t.Logf("it stopped: %s", r.Stderr)
				r = o.Run(append([]string{"--yes"}, args("--sample", "hello")...)...)
			}
			if r.Code != 0 {
				t.Fatal(r.Stderr)
			}
			o.heroku.SetFaults(fakeheroku.Faults{})
			if again := o.deploy("--sample", "hello"); again.Changed {
				t.Errorf("something was left to change: %v", again.Steps)
			}
			o.holdsOne()
			if n := o.heroku.Count("POST", "builds"); n != 1 && faults.DropBefore != "builds" {
				t.Errorf("%d builds were asked for", n)
			}
		})
	}
}

// holdsOne checks that the account has one app with one dyno of the web.
func (o *operator) holdsOne() {
	o.T.Helper()
	e2e.Until(o.T, "one app with one dyno", func() bool { return o.heroku.Idle() })
	has := o.heroku.Contents()
	if len(has.Apps) != 1 || len(has.AddOns) != 0 || len(has.Dynos) != 1 || !strings.HasPrefix(has.Dynos[0], "web.1 ") {
		o.T.Errorf("the account has %+v", has)
	}
}
