package wizard

import (
	"context"
	"errors"
	"maps"
	"testing"

	"slipway/providers"
	"slipway/providers/appplatform"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/ui/answers"
)

var instanceSizes = appplatform.Catalog{
	Regions: []appplatform.Region{{Slug: "ams", Name: "Amsterdam", DataCenters: []string{"ams3"}}, {Slug: "fra", Name: "Frankfurt", DataCenters: []string{"fra1"}, Nearest: true}},
	Sizes: []appplatform.Size{{Slug: "apps-s-1vcpu-0.5gb", MemoryMB: 512, CPUs: "1", Monthly: 5, Single: true},
		{Slug: "apps-s-1vcpu-1gb", MemoryMB: 1024, CPUs: "1", Monthly: 12},
		{Slug: "apps-d-1vcpu-0.5gb", MemoryMB: 512, CPUs: "1", Monthly: 29, Dedicated: true, Scalable: true}}}

// appPlatformScenes are the screens on which App Platform differs from the others.
var appPlatformScenes = map[string]func(p *person){
	"token-app-platform": func(p *person) { p.w.push(newToken(answers.AppPlatform, false)) },
	"instances": func(p *person) {
		p.w.catalogs[answers.AppPlatform] = answers.OfAppPlatform(instanceSizes)
		p.w.push(newInstances(p.w, answers.AppPlatform, "fra"))
		p.press("2..10")
	},
	"size-app-platform": func(p *person) {
		p.w.catalogs[answers.AppPlatform] = answers.OfAppPlatform(instanceSizes)
		p.w.answers.Settings[plan.KeyInstances] = "3"
		p.w.push(newSizes(p.w, answers.AppPlatform, "fra"))
	},
	"review-app-platform": func(p *person) {
		p.review()
		p.w.answers.ChooseProvider(answers.AppPlatform)
		maps.Copy(p.w.answers.Settings, map[string]string{plan.KeyRegion: "fra", plan.KeySize: "apps-s-1vcpu-1gb", plan.KeyInstances: "3", plan.KeyService: "postgres"})
		p.w.top().update(p.w, &reviewed{board: onAppPlatform(), plan: thePlan()})
		p.press("up", "up", "up", "right")
	},
}

func init() { maps.Copy(scenes, appPlatformScenes) }

// onAppPlatform is what a look at everything found for an app with a database.
func onAppPlatform() *board {
	b := newBoard(nil)
	b.event(engine.Event{Kind: engine.KindStart, Name: "shop", Provider: answers.AppPlatform})
	b.event(engine.Event{Kind: engine.KindNote, Line: "App Platform keeps no files: what the app writes to media/ is lost with each release, and only one instance sees it"})
	for _, s := range []struct {
		name, title, change string
		monthly             float64
	}{
		{"preflight", "what is needed is there", "", 0},
		{"registry", "a registry for the app's images", "make the container registry slipway-5fccd98c0359 of the tier starter", 0},
		{"database-postgres", "a managed PostgreSQL", "make the database cluster shop-5fccd98c0359-postgres", 15.15},
		{"image", "an image of the app in the container registry", "build the image shop-5fccd98c0359:08d4abc35ca1 with the Docker engine here and push it to the registry", 0},
		{"app", "the app takes the traffic", "let release 08d4abc35ca1 take the traffic", 36},
		{"verify", "the app answers from outside", "ask for / from here", 0},
	} {
		e := engine.Event{Kind: engine.KindStep, Step: s.name, Title: s.title, Status: engine.Unchanged}
		if s.change != "" {
			e.Status, e.Changes = engine.WouldChange, []providers.Change{{What: s.change, Monthly: s.monthly}}
		}
		b.event(e)
	}
	return b
}

// TestAppPlatform types a token, asks for more instances than the smallest size has, and
// chooses.
func TestAppPlatform(t *testing.T) {
	p := sit(t, func(o *Options) {
		o.Catalog = func(_ context.Context, provider string, open engine.OpenProvider) (answers.Catalog, error) {
			if _, err := open(plan.Plan{}, ""); err != nil || provider != answers.AppPlatform {
				return answers.Catalog{}, errors.Join(errors.New("another provider is asked: "+provider), err)
			}
			return answers.OfAppPlatform(instanceSizes), nil
		}
	})
	p.press("enter", "down", "down", "down", "down", "down", "enter")
	p.sees("A token for DigitalOcean", "DIGITALOCEAN_ACCESS_TOKEN", "apps")
	p.press("dop_v1_x", "enter")
	p.sees("Which region?", "› fra", "Frankfurt", "from $5.00 a month")
	p.press("enter")
	p.sees("How many instances?")
	p.press("0", "enter")
	p.sees("it is a number from 1 to 100, or two like 2..10")
	p.press("ctrl+u", "3", "enter")
	p.sees("Which size?", "there can be one instance of it only", "› apps-s-1vcpu-1gb", "$12.00 a month", "for each instance")
	p.press("esc", "ctrl+u", "2..10", "enter")
	p.sees("› apps-d-1vcpu-0.5gb", "the number of its instances can't follow the load")
	p.press("enter")
	p.sees("How shall it run?", "Domain")
	p.misses("Hardening")
	p.misses("Email")
	p.press("enter")
	p.sees("--provider app-platform --region fra --size apps-d-1vcpu-0.5gb --instances 2..10", "with DIGITALOCEAN_ACCESS_TOKEN set")
	p.misses("dop_v1_x")
}
