package heroku

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/providers/heroku/fakeheroku"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		d := newDeployment(t, fakeheroku.Faults{})
		app := greeter("one", "1")
		app.Services = []string{"postgres", "redis"}
		return conformance.Opened{
			Provider: d.open(), Spec: d.spec, Again: func(testing.TB) providers.Provider { return d.open() },
			App: app, Next: greeter("two", "2"), Broken: crashing("three"),
		}
	})
}

// TestPlanMakesOnlyGETs also checks what the plan costs.
func TestPlanMakesOnlyGETs(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	app := greeter("one", "1")
	app.Services, app.Processes = []string{"postgres", "redis"}, map[string]string{"worker": "python worker.py"}
	app.Variables = map[string]string{"SECRET": "5ecret"}
	for counts, want := range map[int]float64{1: 5 + 3 + 2*7, 2: 5 + 3 + 3*25} {
		app.Counts = map[string]int{"web": counts}
		p := d.open()
		if err := p.Check(t.Context(), d.spec); err != nil {
			t.Fatal(err)
		}
		var monthly, hourly float64
		for _, r := range slices.Concat(p.Resources(d.spec), p.Deliveries(d.spec, app)) {
			found, err := r.Look(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found.Changes {
				monthly, hourly = monthly+c.Monthly, hourly+c.Hourly
			}
			if found.Holds || strings.Contains(fmt.Sprintf("%+v", found), "5ecret") {
				t.Errorf("%s: %+v", r.Kind(), found)
			}
		}
		if monthly != want || providers.Rounded(hourly, 2) != providers.Rounded(want/monthHours, 2) {
			t.Errorf("%d web dynos cost $%v a month and $%v an hour, want $%v a month", counts, monthly, hourly, want)
		}
	}
	d.onlyGETs()
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{}, func(o *fakeheroku.Options) { o.PageSize = 1 })
	app := greeter("one", "hello ", "Procfile", "web: python app.py\nworker: python -c 'import time; time.sleep(600)'\n")
	app.Variables, app.Services = map[string]string{"GREETING": "you"}, []string{"postgres"}
	app.Processes = map[string]string{"worker": "x"}
	app.Counts = map[string]int{"web": 2}
	d.must(app)
	d.want("hello you")
	held, err := d.open().Holdings(t.Context(), d.spec)
	if monthly := total(held); err != nil || len(held) != 4 || monthly != 5+3*25 {
		t.Errorf("it holds %+v for $%v a month, %v", held, monthly, err)
	}
	if data, err := d.open().Data(t.Context(), d.spec); err != nil || len(data) != 1 || !strings.Contains(data[0].String(), "postgres: heroku-postgresql:essential-0") {
		t.Errorf("it keeps %v, %v", data, err)
	}
	if _, err := d.open().Databases(t.Context(), d.spec); err == nil || !strings.Contains(err.Error(), "heroku pg:psql --app greeter") {
		t.Errorf("its databases: %v", err)
	}
	if !slices.ContainsFunc(d.told, func(line string) bool { return strings.HasPrefix(line, "-----> ") }) {
		t.Errorf("the build's output was not shown: %q", d.told)
	}
	d.heroku.ForgetRequests()
	d.must(app)
	app.Archive, app.Processes = nil, nil // as a look for drift has it
	d.must(app)
	d.onlyGETs()
	app = greeter("one", "")
	app.Unset, app.Counts = []string{"GREETING"}, map[string]int{"web": 1}
	d.must(app)
	d.want("hello ")
	d.once(1)
}

// TestHosts tells the app its name, once, unless somebody else has.
func TestHosts(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	app := greeter("one", "at ")
	app.HostVariable = func(hosts []string) (string, string) { return "GREETING", strings.Join(hosts, " ") }
	d.must(app)
	d.want("at 127.0.0.1")
	d.heroku.ForgetRequests()
	d.must(app)
	d.onlyGETs()
	app.Variables = map[string]string{"GREETING": "home"}
	d.must(app)
	app.Variables = nil
	d.must(app)
	d.want("at home")
	app.HostVariable = func([]string) (string, string) { return "", "" }
	d.must(app)
}

func total(held []providers.Holding) float64 {
	monthly := 0.0
	for _, h := range held {
		monthly += h.Monthly
	}
	return monthly
}

// TestDestroyRemovesOnlyTheApp has another deployment's app and one of the operator's
// own beside it.
func TestDestroyRemovesOnlyTheApp(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	d.options.Team = "crew"
	app := greeter("one", "1")
	app.Services = []string{"mariadb"}
	d.must(app)
	other := d.spec
	other.Tag = "slipway-greeter-000000000000"
	if err := d.step(d.open().Resources(other)[0], time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := d.open().Destroy(t.Context(), d.spec, d.tell); err != nil {
		t.Fatal(err)
	}
	if has := d.heroku.Contents(); !slices.Equal(has.Apps, []string{appName(other)}) || len(has.AddOns)+len(has.Dynos) > 0 {
		t.Errorf("there is still %+v", has)
	}
	for _, tag := range []string{"", "a b", "a/b", "../x"} {
		none := d.spec
		none.Tag = tag
		if err := d.open().Destroy(t.Context(), none, d.tell); !isUsage(err) {
			t.Errorf("Destroy with tag %q: %v, want *providers.Usage", tag, err)
		}
	}
}

func isUsage(err error) bool { kind, _ := kindOf(err); return kind == "usage" }

// TestGoBack rolls back and forth; variables and databases stay as they are.
func TestGoBack(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	first, second := greeter("one", "1 "), greeter("two", "2 ")
	first.Variables, second.Variables = map[string]string{"GREETING": "a"}, map[string]string{"GREETING": "b"}
	d.must(first)
	d.must(second)
	d.want("2 b")
	if err := d.open().RollBack(t.Context(), d.spec, "one", d.tell); err != nil {
		t.Fatal(err)
	}
	d.want("1 b")
	releases, err := d.open().Releases(t.Context(), d.spec)
	if err != nil || len(releases) != 2 || releases[0].Name != "one" || !releases[0].Current || releases[1].Name != "two" || releases[1].Current {
		t.Errorf("releases are %+v, %v", releases, err)
	}
	if err := d.open().RollBack(t.Context(), d.spec, "none", d.tell); !isUsage(err) || !strings.Contains(err.Error(), "one, two") {
		t.Errorf("a release that is not there: %v", err)
	}
	d.heroku.ForgetRequests()
	if err := d.open().RollBack(t.Context(), d.spec, "one", d.tell); err != nil {
		t.Errorf("to the current one: %v", err)
	}
	d.onlyGETs()
	d.must(second)
	d.want("2 b")
	if n := d.heroku.Count("POST", "builds"); n != 0 {
		t.Errorf("a release that was built before was built %d times", n)
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	app := greeter("one", "hello ", "app.py", strings.Replace(greeterText("hello "), "print(", `assert os.environ.get("GREETING") != "none"; print(`, 1))
	app.Variables, app.Services = map[string]string{"GREETING": "you", "B": "1"}, []string{"postgres"}
	d.must(app)
	set := func(set map[string]string, unset ...string) (bool, error) {
		return d.open().SetVariables(t.Context(), d.spec, set, unset, d.tell)
	}
	if changed, err := set(map[string]string{"GREETING": "5ecret", "C": ""}, "B", "X"); err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
	d.want("hello 5ecret")
	if changed, err := set(map[string]string{"GREETING": "5ecret"}, "B"); err != nil || changed {
		t.Errorf("the same again: changed %v, %v", changed, err)
	}
	names, err := d.open().Variables(t.Context(), d.spec)
	if err != nil || !slices.Equal(names, []string{"C", "GREETING"}) {
		t.Errorf("variables are %v, %v", names, err)
	}
	_, err = set(map[string]string{"GREETING": "none", "NEW": "1"}, "C")
	if kind, _ := kindOf(err); kind != "failed" || !strings.Contains(err.Error(), "AssertionError") {
		t.Errorf("with variables that break the app: %v", err)
	}
	d.want("hello 5ecret")
	if again, err := d.open().Variables(t.Context(), d.spec); err != nil || !slices.Equal(again, names) {
		t.Errorf("after variables that break the app they are %v, %v", again, err)
	}
	if told := strings.Join(d.told, "\n"); strings.Contains(told, "5ecret") {
		t.Errorf("a value shows in %s", told)
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	d.must(greeter("one", "1"))
	read := func(q providers.LogQuery) string {
		t.Helper()
		var out bytes.Buffer
		if err := d.open().Logs(t.Context(), d.spec, q, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if all := read(providers.LogQuery{Lines: 500}); !strings.Contains(all, "[web.1]: greeting on ") {
		t.Errorf("the log is %s", all)
	}
	if last := read(providers.LogQuery{Lines: 2}); strings.Count(last, "\n") != 2 {
		t.Errorf("its last two lines are %s", last)
	}
	if later := read(providers.LogQuery{Since: time.Now().Add(time.Hour)}); later != "" {
		t.Errorf("the log of later is %s", later)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	d.heroku.SetFaults(fakeheroku.Faults{CutLogs: true})
	out := &until{text: "greeting on", times: 2, stop: stop}
	done := make(chan error, 1)
	go func() { done <- d.open().Logs(ctx, d.spec, providers.LogQuery{Lines: 100, Follow: true}, out) }()
	if _, err := d.open().SetVariables(t.Context(), d.spec, map[string]string{"A": "1"}, nil, d.tell); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("following ended with %v", err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if unique := slices.Compact(slices.Sorted(slices.Values(lines))); len(unique) != len(lines) {
		t.Errorf("of %d lines %d are different", len(lines), len(unique))
	}
}

// until collects what is written, and stops once a text came often enough.
type until struct {
	bytes.Buffer
	text  string
	times int
	stop  func()
}

func (u *until) Write(b []byte) (int, error) {
	n, err := u.Buffer.Write(b)
	if strings.Count(u.String(), u.text) >= u.times {
		u.stop()
	}
	return n, err
}

// TestNoApp asks for what takes a release before there is one.
func TestNoApp(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	p, ctx := d.open(), t.Context()
	_, urlErr := p.URL(ctx, d.spec)
	_, releasesErr := p.Releases(ctx, d.spec)
	_, variablesErr := p.Variables(ctx, d.spec)
	_, setErr := p.SetVariables(ctx, d.spec, nil, nil, d.tell)
	_, runErr := p.Run(ctx, d.spec, providers.Command{Words: []string{"true"}})
	all := map[string]error{
		"URL": urlErr, "Releases": releasesErr, "Variables": variablesErr, "SetVariables": setErr, "Run": runErr,
		"Logs":     p.Logs(ctx, d.spec, providers.LogQuery{Lines: 1}, &bytes.Buffer{}),
		"RollBack": p.RollBack(ctx, d.spec, "one", d.tell),
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !errors.Is(all[name], providers.ErrNoApp) {
			t.Errorf("%s: %v, want ErrNoApp", name, all[name])
		}
	}
}
