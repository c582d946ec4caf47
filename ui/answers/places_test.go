package answers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/appplatform"
	"slipway/providers/digitalocean"
	"slipway/providers/heroku"
	"slipway/steps/plan"
)

// here is a provider whose check says whether it can run the app here.
type here struct {
	providers.Provider
	err error
}

func (h here) Check(context.Context, providers.Spec) error { return h.err }

func TestPlaces(t *testing.T) {
	no := errors.New("this needs root")
	for name, c := range map[string]struct {
		cant  map[string]error
		said  plan.NamedValue
		first string
		at    string
	}{
		"both":                     {nil, plan.NamedValue{Value: Local, From: plan.FromDefault}, Local, Local},
		"no root":                  {map[string]error{Local: no}, plan.NamedValue{Value: Local, From: plan.FromDefault}, Docker, Docker},
		"no root, by flag":         {map[string]error{Local: no}, plan.NamedValue{Value: SSH, From: plan.FromFlag}, Docker, SSH},
		"no root, used before":     {map[string]error{Local: no}, plan.NamedValue{Value: Local, From: plan.FromEarlier}, Docker, Local},
		"no engine":                {map[string]error{Docker: no}, plan.NamedValue{Value: Local, From: plan.FromDefault}, Local, Local},
		"neither root, nor engine": {map[string]error{Local: no, Docker: no}, plan.NamedValue{Value: Local, From: plan.FromDefault}, Local, Local},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan.Plan{Name: "shop", Values: map[string]plan.NamedValue{plan.KeyProvider: c.said}}
			places := Places(t.Context(), p, "", func(p plan.Plan, _ string) (providers.Provider, error) {
				return here{err: c.cant[p.Value(plan.KeyProvider)]}, nil
			})
			if places[0].Provider != c.first || len(places) != 6 {
				t.Errorf("got %+v", places)
			}
			if got := Likeliest(places, p); got != c.at {
				t.Errorf("%s stands chosen", got)
			}
			for _, place := range places {
				if err := c.cant[place.Provider]; (place.Why != "") != (err != nil) || place.Title == "" || place.About == "" {
					t.Errorf("got %+v", place)
				}
			}
		})
	}
}

func TestBrief(t *testing.T) {
	const known = "no Docker engine answers at unix:///var/run/docker.sock (the default socket)"
	for reason, want := range map[string]string{
		known + ": ask the engine for its version: " + strings.Repeat("failed to connect ", 5) + ": no such file": known,
		"this needs root":           "this needs root",
		strings.Repeat("long ", 40): strings.Repeat("long ", 40),
		"one: two":                  "one: two",
	} {
		if got := brief(reason); got != want {
			t.Errorf("got %q", got)
		}
	}
}

// TestAnEngineThatNeverAnswers is given up.
func TestAnEngineThatNeverAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	why := unfit(ctx, Docker, "", func(plan.Plan, string) (providers.Provider, error) { return waits{}, nil })
	if why == "" {
		t.Error("it can be chosen")
	}
}

type waits struct{ providers.Provider }

func (waits) Check(ctx context.Context, _ providers.Spec) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestHerokuToken(t *testing.T) {
	netrc := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(netrc, []byte("machine api.heroku.com login me password HRKU-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env   map[string]string
		typed string
		has   bool
		needs bool
	}{
		"none":                {map[string]string{"NETRC": "/none"}, "", false, true},
		"set":                 {map[string]string{"NETRC": "/none", "HEROKU_API_KEY": "x"}, "", true, true},
		"typed":               {map[string]string{"NETRC": "/none"}, "x", true, true},
		"left":                {map[string]string{"NETRC": netrc}, "", true, false},
		"left, another typed": {map[string]string{"NETRC": netrc}, "x", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := From(plan.Asked{Getenv: func(key string) string { return c.env[key] }})
			a.ChooseProvider(Heroku)
			if c.typed != "" {
				a.SetToken(Heroku, c.typed)
			}
			if got := a.HasToken(Heroku); got != c.has {
				t.Errorf("there is a token: %v", got)
			}
			if got := slices.Contains(a.CommandNeeds(), "HEROKU_API_KEY"); got != c.needs {
				t.Errorf("the command needs the variable: %v", got)
			}
			if c.typed != "" && (a.Getenv("HEROKU_API_KEY") != c.typed || a.Getenv("DIGITALOCEAN_ACCESS_TOKEN") != "" || strings.Contains(a.Command(), "x")) {
				t.Errorf("the token is handed on wrongly: %s", a.Command())
			}
		})
	}
}

func TestCatalogs(t *testing.T) {
	dynos := OfHeroku(heroku.Catalog{Regions: []string{"eu", "us"}, Sizes: []heroku.Size{{Name: "eco", MemoryGB: 0.5, Monthly: 5}, {Name: "basic", MemoryGB: 0.5, Monthly: 7}}})
	if dynos.Region != "us" || dynos.Sensible("eu", "") != "basic" || dynos.Regions[0].Name != "Europe" || dynos.Regions[0].From != 5 || dynos.Sizes[1].MemoryMB != 512 || dynos.Sizes[0].Why("us", "") != "" {
		t.Errorf("got %+v", dynos)
	}
	if none := OfHeroku(heroku.Catalog{Regions: []string{"us"}}); none.Regions[0].Why == "" {
		t.Errorf("got %+v", none)
	}
	droplets := OfDigitalOcean(digitalocean.Catalog{
		Regions: []digitalocean.Region{{Slug: "fra1", Available: true}, {Slug: "nyc2"}},
		Sizes: []digitalocean.Size{{Slug: "small", MemoryMB: 512, DiskGB: 10, Monthly: 4, Regions: []string{"fra1"}},
			{Slug: "big", SoldOut: true}},
		Images: []digitalocean.Image{{Slug: "debian-13-x64", MinDiskGB: 7}}})
	if droplets.Region != "fra1" || droplets.Sensible("fra1", "") != "small" || droplets.Regions[1].Why == "" || droplets.Sizes[0].Why("nyc2", "") != "sold out in nyc2" || droplets.Sizes[1].Why("fra1", "") != "sold out everywhere" {
		t.Errorf("got %+v", droplets)
	}
}

// TestCatalogOfAppPlatform: which sizes can be had, and which one is offered first, follows
// from the number of instances.
func TestCatalogOfAppPlatform(t *testing.T) {
	sold := OfAppPlatform(appplatform.Catalog{
		Regions: []appplatform.Region{{Slug: "ams", Name: "Amsterdam"}, {Slug: "fra", Name: "Frankfurt", Nearest: true}},
		Sizes: []appplatform.Size{{Slug: "small", MemoryMB: 512, CPUs: "1", Monthly: 5, Single: true}, {Slug: "shared", MemoryMB: 1024, CPUs: "1", Monthly: 12},
			{Slug: "own", MemoryMB: 512, CPUs: "1", Monthly: 29, Dedicated: true, Scalable: true}}})
	if sold.Region != "fra" || sold.Regions[0].From != 5 || sold.Sizes[0].VCPUs != 1 {
		t.Errorf("got %+v", sold)
	}
	for instances, want := range map[string]string{"": "small", "1": "small", "3": "shared", "2..10": "own", "1..2": "own"} {
		if got := sold.Sensible("ams", instances); got != want {
			t.Errorf("%s instances: %s is offered first, want %s", instances, got, want)
		}
	}
	if why := sold.Sizes[0].Why("fra", "2"); why != "there can be one instance of it only" {
		t.Errorf("the smallest: %q", why)
	}
	if why := sold.Sizes[1].Why("fra", "2..3"); why != "the number of its instances can't follow the load" {
		t.Errorf("a shared one: %q", why)
	}
	if none := OfAppPlatform(appplatform.Catalog{Regions: []appplatform.Region{{Slug: "fra"}}}); none.Regions[0].Why == "" {
		t.Errorf("got %+v", none)
	}
}

// TestTokenOfOneAccount: both providers of DigitalOcean's look for the token in the same
// variable; the chosen one's wins.
func TestTokenOfOneAccount(t *testing.T) {
	a := From(plan.Asked{Getenv: func(string) string { return "" }})
	a.SetToken(DigitalOcean, "droplets")
	for provider, want := range map[string]string{AppPlatform: "apps", DigitalOcean: "droplets"} {
		a.SetToken(AppPlatform, "apps")
		a.ChooseProvider(provider)
		if got := a.Getenv("DIGITALOCEAN_ACCESS_TOKEN"); got != want || !slices.Equal(a.CommandNeeds(), []string{"DIGITALOCEAN_ACCESS_TOKEN"}) {
			t.Errorf("%s: %q, %v", provider, got, a.CommandNeeds())
		}
	}
	only := From(plan.Asked{Getenv: func(string) string { return "" }})
	only.SetToken(DigitalOcean, "droplets")
	only.ChooseProvider(AppPlatform)
	if !only.HasToken(AppPlatform) {
		t.Error("the token of the same account is asked for again")
	}
}

// TestDomainQuestionsOfAppPlatform: it has certificates by itself.
func TestDomainQuestionsOfAppPlatform(t *testing.T) {
	a := From(plan.Asked{Getenv: func(string) string { return "" }})
	a.ChooseProvider(AppPlatform)
	if got := DomainQuestions(a, plan.Plan{}); len(got) != 1 || got[0].Key != plan.KeyDomain || !strings.Contains(got[0].About, "HTTPS anyhow") {
		t.Errorf("got %+v", got)
	}
}
