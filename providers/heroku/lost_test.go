package heroku

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/heroku/fakeheroku"
)

// TestLostAnswers loses the answer to each kind of call that makes something, or the call
// itself, and deploys until it is done. Nothing is there twice.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	long(t)
	for _, family := range []string{"apps", "config-vars", "addons", "sources", "builds", "formation"} {
		for kind, faults := range map[string]fakeheroku.Faults{
			"dropped after": {DropAfter: family}, "torn": {TornAfter: family}, "500 after": {ErrorAfter: family},
			"dropped before": {DropBefore: family}, "503 before": {ErrorBefore: family},
		} {
			t.Run(family+" "+kind, func(t *testing.T) {
				t.Parallel()
				d := newDeployment(t, faults)
				app := greeter("one", "1", "Procfile", "web: python app.py\nworker: python -c 'import time; time.sleep(600)'\n")
				app.Services, app.Variables, app.Processes = []string{"postgres"}, map[string]string{"GREETING": "a"}, map[string]string{"worker": "x"}
				d.eventually(app)
				d.want("1a")
				d.once(1)
				if dynos := d.heroku.Contents().Dynos; len(dynos) != 2 {
					t.Errorf("the dynos are %q, want one for web and one for worker", dynos)
				}
			})
		}
	}
}

// eventually runs again as often as the command says so.
func (d *deployment) eventually(app providers.App) {
	d.t.Helper()
	asked := time.Time{}
	for range 3 {
		err := d.deploy(app, asked)
		if err == nil {
			return
		}
		if kind, next := kindOf(err); kind != "failed" || !strings.Contains(next, again) {
			d.t.Fatalf("got %v\nnext: %s", err, next)
		}
		asked = time.Now()
	}
	d.t.Fatal("it never came to be")
}

// TestLostReleases loses the answers of what makes a release of something that is built.
func TestLostReleases(t *testing.T) {
	t.Parallel()
	long(t)
	d := newDeployment(t, fakeheroku.Faults{})
	d.must(greeter("one", "1"))
	d.must(greeter("two", "2"))
	d.heroku.SetFaults(fakeheroku.Faults{DropAfter: "releases"})
	d.must(greeter("one", "1"))
	d.want("1")
	d.heroku.SetFaults(fakeheroku.Faults{ErrorAfter: "releases"})
	if err := d.open().RollBack(t.Context(), d.spec, "two", d.tell); err != nil {
		t.Fatal(err)
	}
	d.want("2")
	d.heroku.SetFaults(fakeheroku.Faults{TornAfter: "releases"})
	if err := d.deploy(crashing("three"), time.Time{}); !strings.Contains(fmt.Sprint(err), "shopp") {
		t.Errorf("got %v", err)
	}
	d.want("2")
	d.heroku.SetFaults(fakeheroku.Faults{DropAfter: "apps"})
	if err := d.open().Destroy(t.Context(), d.spec, d.tell); err != nil || !d.heroku.Contents().Empty() {
		t.Errorf("Destroy: %v, left %+v", err, d.heroku.Contents())
	}
}

// TestLate has look-ups lag behind what was made.
func TestLate(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{LateLookups: 3, CutOutput: true, SlowAddOn: 200 * time.Millisecond, SlowBuild: 300 * time.Millisecond})
	app := greeter("one", "1", "Procfile", "web: python app.py\nrelease: echo prepared\n")
	app.Services = []string{"postgres"}
	d.must(app)
	d.want("1")
	d.once(1)
}

// TestKilled ends a run while it deploys, at many moments, and runs again.
func TestKilled(t *testing.T) {
	t.Parallel()
	long(t)
	d := newDeployment(t, fakeheroku.Faults{})
	app := greeter("one", "1", "Procfile", "web: python app.py\nrelease: echo prepared\n")
	app.Services, app.Variables = []string{"postgres"}, map[string]string{"GREETING": "a"}
	asked := time.Now()
	for after := 10 * time.Millisecond; ; after = after * 5 / 4 {
		ctx, kill := context.WithTimeout(t.Context(), after)
		err := d.deployIn(ctx, app, asked)
		kill()
		if err == nil {
			break
		}
		if after > time.Minute {
			t.Fatalf("it never came to be: %v", err)
		}
	}
	d.want("1a")
	d.once(1)
}

// deployIn deploys until a context ends.
func (d *deployment) deployIn(ctx context.Context, app providers.App, asked time.Time) error {
	p := d.open()
	for _, r := range append(p.Resources(d.spec), p.Deliveries(d.spec, app)...) {
		found, err := r.Look(ctx, asked)
		if err == nil && !found.Holds {
			err = r.Make(ctx, d.tell)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestUnmarked finds the app of a run that died between making and marking it, and no
// other without a mark.
func TestUnmarked(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakeheroku.Faults{DropBefore: "config-vars"})
	r := d.open().Resources(d.spec)[0].(*appResource)
	made, err := r.create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	look := func(asked time.Time) error {
		_, err := d.open().Resources(d.spec)[0].Look(t.Context(), asked)
		return err
	}
	for name, err := range map[string]error{
		"never asked for": look(time.Time{}), "asked for later": look(time.Now().Add(2 * clockSkew)), "destroyed": d.open().Destroy(t.Context(), d.spec, d.tell),
	} {
		if kind, next := kindOf(err); kind != "refused" || !strings.Contains(next, "heroku config:set SLIPWAY_TAG="+d.spec.Tag) {
			t.Errorf("%s: %v, next: %s", name, err, next)
		}
	}
	if err := look(time.Now()); err != nil {
		t.Errorf("asked for before: %v", err)
	}
	d.spec.Asked = map[string]time.Time{kindApp: time.Now()}
	if err := d.open().Check(t.Context(), d.spec); err != nil {
		t.Errorf("asked for before, says the record: %v", err)
	}
	d.spec.Asked, d.spec.Known = nil, map[string]string{kindApp: made.ID}
	if err := look(time.Time{}); err != nil {
		t.Errorf("known: %v", err)
	}
	d.spec.Known = nil
	d.heroku.SetFaults(fakeheroku.Faults{})
	if err := d.deploy(greeter("one", "1"), time.Now()); err != nil {
		t.Fatal(err)
	}
	d.once(0)
}
