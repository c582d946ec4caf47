package appplatform

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

func TestAReleaseTakesTheTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	if err := w.open().Check(t.Context(), w.spec); err != nil {
		t.Fatal(err)
	}
	w.must(release("one"))
	w.oneApp()
	if at, err := w.open().URL(t.Context(), w.spec); err != nil || !strings.HasPrefix(at, "http") {
		t.Errorf("URL = %q, %v", at, err)
	}
	w.must(release("two"))
	if now := w.current(); now != "two" {
		t.Errorf("%s has the traffic", now)
	}
	w.oneApp()
	held, err := w.open().Holdings(t.Context(), w.spec)
	if err != nil || len(held) != 2 || held[0].Monthly != 5 || !strings.Contains(held[0].Detail, "1 apps-s-1vcpu-0.5gb for web") {
		t.Errorf("Holdings = %+v, %v", held, err)
	}
	var lines []string
	if err := w.open().Destroy(t.Context(), w.spec, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	if said := strings.Join(lines, "\n"); !strings.Contains(said, "removed the app hello-") || !strings.Contains(said, "stays, tier starter, which is free") {
		t.Errorf("destroy says %q", said)
	}
	if left := w.cloud.Contents(); !left.Empty() {
		t.Errorf("left in the cloud: %+v", left)
	}
	if _, err := w.open().URL(t.Context(), w.spec); !errors.Is(err, providers.ErrNoApp) {
		t.Errorf("URL: %v", err)
	}
}

func TestASecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	app := release("one")
	app.Variables = map[string]string{"SECRET_KEY": "s3cret"}
	app.Processes, app.Counts = map[string]string{"worker": "work"}, map[string]int{"web": 3}
	w.must(app)
	w.cloud.ForgetRequests()
	w.must(app)
	w.onlyGETs()
	app.Variables = nil // what was given before stays
	w.must(app)
	w.onlyGETs()
	app.Archive = nil // a look for drift
	w.must(app)
	w.onlyGETs()
}

func TestWhatChangesIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	app := release("one")
	app.Variables = map[string]string{"SECRET_KEY": "s3cret", "OLD": "1"}
	w.must(app)
	look := func(app providers.App) providers.Finding {
		t.Helper()
		found, err := w.delivery(w.open(), kindApp, app).Look(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	app.Variables, app.Unset = map[string]string{"SECRET_KEY": "other"}, []string{"OLD", "NONE"}
	if got := look(app); got.Holds || got.Changes[0].What != "change the app's variables: OLD, SECRET_KEY" {
		t.Errorf("other variables: %+v", got)
	}
	w.must(app)
	if values, _ := secretsOf(w.live()); len(values) != 1 || !strings.HasPrefix(values["SECRET_KEY"], "EV[") {
		t.Errorf("the variables are %v", slices.Sorted(func(yield func(string) bool) {
			for name := range values {
				yield(name)
			}
		}))
	}
	app.Counts = map[string]int{"web": 3}
	got := look(app)
	if got.Holds || got.Changes[0].Monthly != 36 || got.Changes[0].Ends != 5 || !strings.Contains(got.Changes[0].Why, "it runs 3 for web") {
		t.Errorf("three instances: %+v", got)
	}
	app.MostWeb = 5
	if got := look(app); len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "up to 5 instances") {
		t.Errorf("a number that follows the load: %+v", got)
	}
}

// TestADatabaseIsMadeOnce: what makes the tables is in no spec that is deployed again.
func TestADatabaseIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	app := release("one")
	app.Init, app.ReleaseCommand = "init", "migrate"
	w.must(app)
	all, err := w.open().deployments(t.Context(), w.id())
	if err != nil || len(all) != 2 {
		t.Fatalf("%d deployments, %v", len(all), err)
	}
	if first, last := all[1].Spec.Jobs[0].RunCommand, all[0].Spec.Jobs[0].RunCommand; first != "/bin/sh -c 'set -e\ninit\nmigrate'" || last != "/bin/sh -c migrate" {
		t.Errorf("first %q, then %q", first, last)
	}
	w.must(func() providers.App { a := app; a.Release = "two"; return a }())
	releases, err := w.open().Releases(t.Context(), w.spec)
	if err != nil || len(releases) != 2 {
		t.Errorf("releases = %+v, %v", releases, err)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	sale, err := w.open().Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	three := providers.App{Counts: map[string]int{"web": 3}}
	workers := providers.App{Counts: map[string]int{"worker": 2, "gone": 5}, Processes: map[string]string{"worker": "work"}}
	scaled := providers.App{Counts: map[string]int{"web": 2}, MostWeb: 10}
	for _, c := range []struct {
		asked string
		app   providers.App
		want  string
	}{
		{"", providers.App{}, "apps-s-1vcpu-0.5gb"}, {"", three, "apps-s-1vcpu-1gb"}, {"", workers, "apps-s-1vcpu-1gb"}, {"", scaled, "apps-d-1vcpu-0.5gb"},
		{"apps-s-1vcpu-2gb", three, "apps-s-1vcpu-2gb"},
	} {
		if got, err := sale.sizeFor(c.asked, c.app); err != nil || got.Slug != c.want {
			t.Errorf("%q for %+v: %s, %v; want %s", c.asked, c.app.Counts, got.Slug, err, c.want)
		}
	}
	_, err = sale.sizeFor("apps-s-1vcpu-0.5gb", three)
	says[*providers.Usage](t, err, "apps-s-1vcpu-1gb", "too small", "web is to have 3")
	_, err = sale.sizeFor("apps-s-1vcpu-1gb", scaled)
	says[*providers.Usage](t, err, "apps-d-1vcpu-0.5gb", "can't follow the load")
	_, err = sale.sizeFor("huge", three)
	says[*providers.Usage](t, err, "apps-s-1vcpu-0.5gb", `"huge"`)
	for asked, want := range map[string]string{"fra": "fra", "fra1": "fra"} {
		if got, err := sale.region(providers.Spec{Region: asked}); err != nil || got.Slug != want {
			t.Errorf("%q: %+v, %v", asked, got, err)
		}
	}
	_, err = sale.region(providers.Spec{Region: "mars"})
	says[*providers.Usage](t, err, "fra", `"mars"`)
}

func TestDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.cloud.AddDomain("example.com")
	w.domains = []string{"Shop.example.com", "elsewhere.net."}
	w.must(release("one"))
	found, err := w.delivery(w.open(), kindApp, release("one")).Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "elsewhere.net is not in this DigitalOcean account: make it a CNAME of") {
		t.Errorf("%+v, %v", found, err)
	}
	if hosts := variableOf(w.live(), "ALLOWED_HOSTS"); !strings.HasPrefix(hosts, "shop.example.com elsewhere.net hello-") || !strings.Contains(hosts, ".ondigitalocean.app "+appDomain) {
		t.Errorf("the app lets in %s", hosts)
	}
	if s := w.live(); s.Domains[0].Zone != "example.com" || s.Domains[1].Zone != "" {
		t.Errorf("domains: %+v, %+v", s.Domains[0], s.Domains[1])
	}
}

func TestNamesakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.must(release("one"))
	other := w.spec
	other.Tag = "slipway-hello-other"
	if tags, err := w.open().Namesakes(t.Context(), other); err != nil || !slices.Equal(tags, []string{w.spec.Tag}) {
		t.Errorf("%v, %v", tags, err)
	}
	if tags, err := w.open().Namesakes(t.Context(), w.spec); err != nil || len(tags) > 0 {
		t.Errorf("%v, %v", tags, err)
	}
}
