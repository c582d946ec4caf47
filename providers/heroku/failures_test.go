package heroku

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/heroku/fakeheroku"
)

// TestRefusals are accounts and settings for which nothing is made. Check tells of them.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults          fakeheroku.Faults
		change          func(d *deployment)
		kind, why, next string
	}{
		"no login":     {faults: fakeheroku.Faults{Unauthorized: true}, kind: "refused", why: "does not accept the login", next: "heroku login"},
		"suspended":    {faults: fakeheroku.Faults{Suspended: true}, kind: "refused", why: "suspended", next: ticketPage},
		"unverified":   {faults: fakeheroku.Faults{Unverified: true}, kind: "refused", why: "no way to pay", next: verifyPage},
		"a taken name": {faults: fakeheroku.Faults{Taken: "greeter-0d17be"}, kind: "refused", why: "taken", next: "--name"},
		"no such team": {change: func(d *deployment) { d.options.Team = "none" }, kind: "usage", why: `"none"`, next: "--team"},
		"a region of private spaces": {change: func(d *deployment) { d.spec.Region = "frankfurt" }, kind: "usage", why: `"frankfurt"`,
			next: "choose one with --region: eu, us"},
		"no such size":  {change: func(d *deployment) { d.spec.Size = "s-1vcpu" }, kind: "usage", why: `"s-1vcpu"`, next: "--size: eco, basic, standard-1x"},
		"no such stack": {change: func(d *deployment) { d.spec.Image = "debian-13" }, kind: "usage", why: `"debian-13"`, next: "heroku-24"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, c.faults)
			if c.change != nil {
				c.change(d)
			}
			err := d.open().Check(t.Context(), d.spec)
			if kind, next := kindOf(err); kind != c.kind || !strings.Contains(err.Error(), c.why) || !strings.Contains(next, c.next) {
				t.Errorf("got %s: %v\nnext: %s", kind, err, next)
			}
			d.onlyGETs()
		})
	}
}

// TestCreateIsRefused has the first call that makes something be refused.
func TestCreateIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults          fakeheroku.Faults
		kind, why, next string
	}{
		"unverified": {fakeheroku.Faults{Unverified: true}, "refused", "verified", verifyPage},
		"limit":      {fakeheroku.Faults{AppLimit: true}, "refused", "limit", "remove an app"},
		"forbidden":  {fakeheroku.Faults{Forbidden: "apps"}, "refused", "may not do this", "owner"},
		"taken":      {fakeheroku.Faults{Taken: "greeter-0d17be"}, "refused", "taken", "--name"},
		"an error":   {fakeheroku.Faults{ErrorBefore: "apps"}, "failed", "it was not made", again},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakeheroku.Faults{})
			r := d.open().Resources(d.spec)[0]
			if _, err := r.Look(t.Context(), time.Time{}); err != nil {
				t.Fatal(err)
			}
			d.heroku.SetFaults(c.faults)
			err := r.Make(t.Context(), d.tell)
			if kind, next := kindOf(err); kind != c.kind || !strings.Contains(err.Error(), c.why) || !strings.Contains(next, c.next) {
				t.Errorf("got %s: %v\nnext: %s", kind, err, next)
			}
			if has := d.heroku.Contents(); !has.Empty() {
				t.Errorf("there is %+v", has)
			}
		})
	}
}

// TestAddOnIsRefused has an account that may have the app, and no database.
func TestAddOnIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults    fakeheroku.Faults
		why, next string
	}{
		"unverified": {fakeheroku.Faults{Unverified: true}, "verified with a way to pay", verifyPage},
		"forbidden":  {fakeheroku.Faults{Forbidden: "addons"}, "may not do this", "owner"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakeheroku.Faults{})
			if err := d.step(d.open().Resources(d.spec)[0], time.Time{}); err != nil {
				t.Fatal(err)
			}
			d.heroku.SetFaults(c.faults)
			app := greeter("one", "1")
			app.Services = []string{"postgres"}
			err := d.deploy(app, time.Time{})
			if kind, next := kindOf(err); kind != "refused" || !strings.Contains(err.Error(), c.why) || !strings.Contains(next, c.next) {
				t.Errorf("got %s: %v\nnext: %s", kind, err, next)
			}
			if n := d.heroku.Count("POST", "builds"); n != 0 {
				t.Errorf("it was built %d times", n)
			}
		})
	}
}

// TestBrokenReleases are releases that never serve a visitor: the one before does, with
// its variables.
func TestBrokenReleases(t *testing.T) {
	t.Parallel()
	long(t)
	d := newDeployment(t, fakeheroku.Faults{BootTimeout: 2 * time.Second})
	good := greeter("good", "good ")
	good.Variables = map[string]string{"GREETING": "a"}
	d.must(good)
	noPort := `import time; print("listening on a port of my own", flush=True); time.sleep(600)`
	listensThenEnds := `import os, socket, time
s = socket.create_server(("0.0.0.0", int(os.environ["PORT"])))
time.sleep(0.5)
print("no settings", flush=True)
os._exit(3)
`
	saysMuchAfterwards := `print("no settings", flush=True)
for n in range(100):
    print("a server's own traceback", n, flush=True)
raise SystemExit(3)
`
	wrong := greeter("status", "")
	wrong.Health.Status, wrong.Health.Within = 204, time.Second
	for _, c := range []struct {
		app            providers.App
		what, why, not string
	}{
		{source("packages", "Procfile", "web: python app.py\n", "requirements.txt", "--no-index\nno-such-package==1\n"), "the build failed with status 1: ", "no-such-package", ""},
		{greeter("phase", "", "Procfile", "web: python app.py\nrelease: python -c 'raise SystemExit(\"no such table: users\")'\n"),
			"the release phase failed with status 1: ", "no such table: users", ""},
		{crashing("crash"), "the web process failed with status 1: ", "No module named 'shopp'", "greeting on"},
		{greeter("boot", "", "app.py", noPort), "the web process failed with status ", "Error R10 (Boot timeout)", ""},
		{greeter("late", "", "app.py", listensThenEnds), "web.1 has crashed; the web process failed with status 3: ", "no settings", ""},
		{greeter("much", "", "app.py", saysMuchAfterwards), "the web process failed with status 3: ", "no settings", ""},
		{greeter("no-web", "", "Procfile", "worker: python app.py\n"), "the release has no web process", "", ""},
		{wrong, "the health check failed with status 1: ", "with status 200; ", ""},
	} {
		c.app.Variables = map[string]string{"GREETING": "5ecret", "OF_" + strings.ToUpper(strings.ReplaceAll(c.app.Release, "-", "_")): "1"}
		err := d.deploy(c.app, time.Time{})
		kind, next := kindOf(err)
		if kind != "failed" || next == "" || !strings.Contains(fmt.Sprint(err), c.what) || !strings.Contains(fmt.Sprint(err), c.why) {
			t.Errorf("%s: got %s: %v\nnext: %s", c.app.Release, kind, err, next)
		}
		if c.not != "" && strings.Contains(fmt.Sprint(err), c.not) || strings.Contains(fmt.Sprint(err, next), "5ecret") {
			t.Errorf("%s: it says too much: %v", c.app.Release, err)
		}
		if got := d.page(); got != "200 good a" {
			t.Errorf("after %s a visitor gets %q\n%s", c.app.Release, got, strings.Join(d.told, "\n"))
		}
		if names, err := d.open().Variables(t.Context(), d.spec); err != nil || !slices.Equal(names, []string{"GREETING"}) {
			t.Errorf("after %s the variables are %v, %v", c.app.Release, names, err)
		}
	}
	releases, err := d.open().Releases(t.Context(), d.spec)
	if err != nil || len(releases) != 1 || releases[0].Name != "good" {
		t.Errorf("releases are %+v, %v", releases, err)
	}
	d.heroku.ForgetRequests()
	d.must(good)
	d.onlyGETs()
}

// TestBrokenAgain has a first release crash, twice, and then be mended.
func TestBrokenAgain(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{})
	for range 2 {
		if err := d.deploy(crashing("one"), time.Now()); !strings.Contains(fmt.Sprint(err), "shopp") {
			t.Fatalf("got %v", err)
		}
	}
	if n := d.heroku.Count("POST", "builds"); n != 1 {
		t.Errorf("the same source was built %d times", n)
	}
	d.must(greeter("two", "2"))
	d.want("2")
}

// TestSizes are counts and sizes that Heroku does not have together.
func TestSizes(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{NoEco: true})
	app := greeter("one", "1")
	app.Counts = map[string]int{"web": 2}
	d.spec.Size = "basic"
	err := d.deploy(app, time.Time{})
	if kind, next := kindOf(err); kind != "usage" || !strings.Contains(next, "standard-1x") {
		t.Errorf("two basic dynos: %s, %v", kind, err)
	}
	d.spec.Size, app.Counts = "eco", nil
	err = d.deploy(app, time.Time{})
	if kind, next := kindOf(err); kind == "failed" || !strings.Contains(err.Error(), "Eco Dynos plan") || next == "" {
		t.Errorf("eco dynos without a subscription: %s, %v", kind, err)
	}
	d.spec.Size = "Standard-2X"
	d.must(app)
}

// TestRateLimit has calls refused for a while.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	long(t)
	d := newDeployment(t, fakeheroku.Faults{TooMany: 3, BrokenReads: 1, DroppedReads: 1})
	d.must(greeter("one", "1"))
	d.want("1")
	d.once(0)
}

// TestUploadIsRefused has the place of the source refuse it.
func TestUploadIsRefused(t *testing.T) {
	t.Parallel()
	long(t)
	d := newDeployment(t, fakeheroku.Faults{RefusedUpload: true})
	err := d.deploy(greeter("one", "1"), time.Time{})
	if kind, _ := kindOf(err); kind != "failed" || !strings.Contains(err.Error(), "upload the source: ") || strings.Contains(err.Error(), "/-/") {
		t.Errorf("got %v", err)
	}
	if _, err := d.open().URL(t.Context(), d.spec); !errors.Is(err, providers.ErrNoApp) {
		t.Errorf("URL: %v", err)
	}
}
