package steps

import (
	"context"
	"errors"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/plan"
)

// keep puts a record into a home.
func keep(t *testing.T, home state.Home, name string, change func(*state.Record)) {
	t.Helper()
	d, err := home.Open(name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Update(change); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAgain(t *testing.T) {
	sample := Summary{Name: "x", App: "sample hello"}.Again(noEnvironment)
	if sample.Sample != "hello" || sample.Folder != "" || sample.Flags[plan.KeyName] != "x" {
		t.Errorf("got %+v", sample)
	}
	folder := Summary{Name: "x", App: "/srv/shop"}.Again(noEnvironment)
	if folder.Sample != "" || folder.Folder != "/srv/shop" {
		t.Errorf("got %+v", folder)
	}
}

func TestExpected(t *testing.T) {
	home := state.Home{Dir: t.TempDir()}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, days := range map[string]int{"older": 1, "newer": 2} {
		keep(t, home, name, func(r *state.Record) {
			r.Settings = map[string]string{plan.KeyProvider: plan.ProviderLocal}
			r.Seconds, r.Finished = map[string]float64{"packages": float64(days)}, at.AddDate(0, 0, days)
		})
	}
	keep(t, home, "cloudy", func(r *state.Record) {
		r.Settings = map[string]string{plan.KeyProvider: plan.ProviderDigitalOcean}
		r.Seconds, r.Finished = map[string]float64{"packages": 99}, at.AddDate(1, 0, 0)
	})
	for name, want := range map[string]float64{"older": 1, "newer": 2, "another": 2} {
		plan := plan.Plan{Name: name, Values: map[string]plan.NamedValue{plan.KeyProvider: {Value: plan.ProviderLocal}}}
		got, err := Expected(plan, home)
		if err != nil || got["packages"] != want {
			t.Errorf("%s: got %v, %v, want %v", name, got, err, want)
		}
	}
}

// gate is a provider that only tells what it was asked.
type gate struct {
	providers.Provider
	spec   providers.Spec
	answer error
}

func (g *gate) Check(_ context.Context, spec providers.Spec) error {
	g.spec = spec
	return g.answer
}

func TestAskProvider(t *testing.T) {
	refused := &providers.Refused{Err: errors.New("no")}
	g := &gate{answer: refused}
	name := ""
	_, err := AskProvider(t.Context(), "digitalocean", "", func(p plan.Plan, _ string) (providers.Provider, error) {
		name = p.Value(plan.KeyProvider)
		return g, nil
	})
	if !errors.Is(err, refused) || name != "digitalocean" {
		t.Errorf("got %v from %q", err, name)
	}
	if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(g.spec.AuthorizedKey)); err != nil || g.spec.Tag == "" {
		t.Errorf("it was asked about %+v, %v", g.spec, err)
	}
	if _, err := AskProvider(t.Context(), "moon", "", func(plan.Plan, string) (providers.Provider, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

func noEnvironment(string) string { return "" }
