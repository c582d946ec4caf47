package appplatform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/rest"
)

// at is a line of a log, so many seconds after noon.
func at(seconds int, component, text string) fakecloud.AppLogLine {
	return fakecloud.AppLogLine{Component: component, Instance: component + "-1", Time: time.Date(2026, 3, 1, 12, 0, seconds, 0, time.UTC), Text: text}
}

// shown is how that line is printed.
func shown(seconds int, component, text string) string {
	return fmt.Sprintf("%s %s: %s\n", at(seconds, "", "").Time.Local().Format(time.RFC3339), component, text)
}

func TestLogs(t *testing.T) {
	t.Parallel()
	m := &machine{}
	w := newWorld(t, fakecloud.Faults{}, m.options)
	logs := func(wanted providers.LogQuery) string {
		var out bytes.Buffer
		if err := w.open().Logs(t.Context(), w.spec, wanted, &out); err != nil {
			t.Errorf("%+v: %v", wanted, err)
		}
		return out.String()
	}
	if err := w.open().Logs(t.Context(), w.spec, providers.LogQuery{Lines: 10}, &bytes.Buffer{}); !errors.Is(err, providers.ErrNoApp) {
		t.Errorf("without an app: %v", err)
	}
	w.must(release("one"))
	m.print(at(1, "web", "first"), at(2, "worker", "a: b"), at(3, "web", "last"), at(3, "web", "last"))
	for _, c := range []struct {
		wanted providers.LogQuery
		want   string
	}{
		{providers.LogQuery{Lines: 100}, shown(1, "web", "first") + shown(2, "worker", "a: b") + shown(3, "web", "last") + shown(3, "web", "last")},
		{providers.LogQuery{Lines: 2}, shown(3, "web", "last") + shown(3, "web", "last")},
		{providers.LogQuery{}, ""},
		{providers.LogQuery{Since: at(2, "", "").Time}, shown(2, "worker", "a: b") + shown(3, "web", "last") + shown(3, "web", "last")},
	} {
		if got := logs(c.wanted); got != c.want {
			t.Errorf("%+v: %q, want %q", c.wanted, got, c.want)
		}
	}
}

// TestLogsAreFollowed also over the end of a connection, as a release that takes over makes
// one: no line is lost, and none comes twice.
func TestLogsAreFollowed(t *testing.T) {
	t.Parallel()
	m := &machine{}
	w := newWorld(t, fakecloud.Faults{}, m.options)
	w.must(release("one"))
	m.print(at(1, "web", "old"), at(2, "web", "first"))
	p := w.open()
	p.api.Pace.Clock, p.api.Pace.Every = rest.WallClock{}, time.Millisecond
	app, err := p.serving(t.Context(), w.spec)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, seen := &watched{is: make(chan struct{}, 1)}, &seenLines{}
	first, cut := context.WithCancel(ctx)
	done := make(chan error)
	go func() { done <- p.followLog(first, w.spec, app, 1, seen, out) }()
	out.until(t, "first")
	m.print(at(3, "web", "second"))
	out.until(t, "second")
	cut()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the end is %v", err)
	}
	m.print(at(3, "worker", "between"))
	seen.again()
	go func() { done <- p.followLog(ctx, w.spec, app, allLines, seen, out) }()
	out.until(t, "between")
	m.print(at(4, "web", "third"))
	out.until(t, "third")
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the end is %v", err)
	}
	want := shown(2, "web", "first") + shown(3, "web", "second")
	if got := out.got.String(); !strings.HasPrefix(got, want) || strings.Count(got, "second") != 1 || strings.Count(got, "first") != 1 || !strings.HasSuffix(got, shown(4, "web", "third")) {
		t.Errorf("it printed %q", got)
	}
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]logLine{
		"web 2026-03-01T12:00:01.000000000Z GET /\r": {at(1, "", "").Time, "web", "GET /"},
		"[web] [2026-03-01 12:00:01] GET /":          {at(1, "", "").Time, "web", "GET /"},
		"web 2026-03-01T12:00:01Z":                   {at(1, "", "").Time, "web", ""},
		"Traceback (most recent call last):":         {text: "Traceback (most recent call last):"},
		"web 2026-13-01T12:00:01Z x":                 {text: "web 2026-13-01T12:00:01Z x"},
	} {
		if got := parsedLine(line); got != want {
			t.Errorf("%q is %+v, want %+v", line, got, want)
		}
	}
	var lines []string
	s := &lineSplitter{do: func(line string) error { lines = append(lines, line); return nil }}
	for _, piece := range []string{"a", "b\nc\n\nd", strings.Repeat("e", 2*longestLine), "\nf"} {
		if err := s.add(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.end(); err != nil || len(lines) != 5 || lines[0] != "ab" || lines[2] != "" || len(lines[3]) != longestLine || lines[4] != "f" {
		t.Errorf("the lines are %.40q", lines)
	}
}

func TestInstances(t *testing.T) {
	t.Parallel()
	m := &machine{}
	w := newWorld(t, fakecloud.Faults{}, m.options)
	app := release("one")
	app.Processes, app.Counts = map[string]string{"worker": "work"}, map[string]int{"web": 2}
	w.must(app)
	m.mu.Lock()
	m.instances = []fakecloud.AppInstance{
		{Component: "worker", Kind: "WORKER", Name: "worker-1", Ready: true}, {Component: "web", Kind: "SERVICE", Name: "web-2"}, {Component: "web", Kind: "SERVICE", Name: "web-1", Ready: true},
		{Component: "release", Kind: "JOB", Name: "release-1"},
	}
	m.mu.Unlock()
	got, err := w.open().Instances(t.Context(), w.spec)
	want := []providers.Instance{{Process: "web", Name: "web-1", State: "1 of 2 ready"}, {Process: "web", Name: "web-2", State: "1 of 2 ready"}, {Process: "worker", Name: "worker-1", State: "healthy"}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("instances = %+v, %v; want %+v", got, err, want)
	}
}

func TestRunInAnInstance(t *testing.T) {
	t.Parallel()
	m := &machine{instances: []fakecloud.AppInstance{{Component: "web", Kind: "SERVICE", Name: "web-1", Ready: true}}}
	w := newWorld(t, fakecloud.Faults{}, m.options)
	run := func(command providers.Command) (int, error) { return w.open().Run(t.Context(), w.spec, command) }
	if _, err := run(providers.Command{Words: []string{"true"}}); !errors.Is(err, providers.ErrNoApp) {
		t.Errorf("without an app: %v", err)
	}
	w.must(release("one"))
	var out, complaint bytes.Buffer
	status, err := run(providers.Command{Words: []string{"sh", "-c", "cat; echo no >&2; exit 4"}, Stdin: strings.NewReader("\x00\xff\r\n"), Stdout: &out, Stderr: &complaint})
	if err != nil || status != 4 || out.String() != "\x00\xff\r\n" || complaint.String() != "no\n" {
		t.Errorf("status %d, %v; it printed %q and %q", status, err, out.String(), complaint.String())
	}
	m.mu.Lock()
	m.instances = nil
	m.mu.Unlock()
	_, err = run(providers.Command{Words: []string{"true"}})
	says[*providers.Failed](t, err, "again", "open a console in an instance of the app", "404")
}

func TestVariables(t *testing.T) {
	t.Parallel()
	m := &machine{}
	w := newWorld(t, fakecloud.Faults{}, m.options)
	app := shop("postgres")
	app.Variables = map[string]string{"SECRET_KEY": "s3cret", "OLD": "1"}
	w.must(app)
	names := func(want string) {
		t.Helper()
		if got, err := w.open().Variables(t.Context(), w.spec); err != nil || fmt.Sprint(got) != want {
			t.Errorf("variables = %v, %v; want %s", got, err, want)
		}
	}
	set := func(set map[string]string, unset ...string) (bool, error) {
		return w.open().SetVariables(t.Context(), w.spec, set, unset, func(line string) {
			if strings.Contains(line, "s3cret") || strings.Contains(line, "blue") {
				t.Errorf("a value is reported: %s", line)
			}
		})
	}
	names("[OLD SECRET_KEY]")
	w.cloud.ForgetRequests()
	if changed, err := set(map[string]string{"SECRET_KEY": "s3cret"}, "NONE"); changed || err != nil {
		t.Errorf("what is so already: %v, %v", changed, err)
	}
	w.onlyGETs()
	if changed, err := set(map[string]string{"COLOUR": "blue", "DATABASE_URL": "postgres://elsewhere", TagVariable: "x"}, "OLD"); !changed || err != nil {
		t.Errorf("set: %v, %v", changed, err)
	}
	names("[COLOUR DATABASE_URL SECRET_KEY]")
	if tag, _ := valueOf(t, w.live(), TagVariable); tag != w.spec.Tag {
		t.Errorf("the tag is %q", tag)
	}
	if changed, err := set(nil, "DATABASE_URL"); !changed || err != nil {
		t.Errorf("unset: %v, %v", changed, err)
	}
	if have, kind := valueOf(t, w.live(), "DATABASE_URL"); have != "${postgres.DATABASE_URL}" || kind != godo.AppVariableType_General {
		t.Errorf("DATABASE_URL is %q, %s", have, kind)
	}
	m.mu.Lock()
	m.fails = &fakecloud.AppFailure{Component: webComponent, Phase: godo.DeploymentPhase_Deploying, Code: fakecloud.CodeHealthChecks, Message: "no answer"}
	m.mu.Unlock()
	_, err := set(map[string]string{"COLOUR": "red"})
	says[*providers.Failed](t, err, "[health]", "did not become healthy")
	if !strings.HasPrefix(err.Error(), "the app keeps the variables that it had: ") {
		t.Errorf("the error is %v", err)
	}
	m.mu.Lock()
	m.fails = nil
	m.mu.Unlock()
	app.Variables = map[string]string{"COLOUR": "blue"}
	w.cloud.ForgetRequests()
	w.must(app) // the value that it has
	w.onlyGETs()
}
