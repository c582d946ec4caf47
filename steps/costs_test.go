package steps

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// costly is a shelf on which a place costs $4.80 a month, and whose account pays $5 for all
// shelves together. Its place is refused, or the whole shelf does not answer.
type costly struct {
	shelfProvider
	refused, silent *bool
}

func (p costly) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{costlyPlace{place{p.folder(spec)}, *p.refused}}
}

func (p costly) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	if *p.silent {
		return nil, errors.New("no answer")
	}
	held, err := p.shelfProvider.Holdings(ctx, spec)
	for i := range held {
		held[i].Monthly = 4.8
	}
	return held, err
}

func (p costly) Shared(context.Context, providers.Spec) ([]providers.Holding, error) {
	return []providers.Holding{{Kind: "shelves", ID: "all", Monthly: 5}}, nil
}

type costlyPlace struct {
	place
	refused bool
}

func (p costlyPlace) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	found, err := p.place.Look(ctx, asked)
	for i := range found.Changes {
		found.Changes[i].Monthly = 4
	}
	return found, err
}

func (p costlyPlace) Make(ctx context.Context, report func(string)) error {
	if err := p.place.Make(ctx, report); err != nil || !p.refused {
		return err
	}
	return errors.New("the answer was lost")
}

// TestCostsOnRecord follows what is on record from before the first request to after the
// last one: what was about to be asked for counts until the provider says what it costs.
func TestCostsOnRecord(t *testing.T) {
	s := onShelf{t: t, folder: filepath.Join(t.TempDir(), "shop"), home: state.Home{Dir: t.TempDir()}, shelf: newShelf(t)}
	if err := os.Mkdir(s.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("one")
	refused, silent := true, true
	open := func(plan.Plan, string) (providers.Provider, error) {
		return costly{shelfProvider{s.shelf}, &refused, &silent}, nil
	}
	asked := plan.Asked{Folder: s.folder, Getenv: noEnvironment}
	for _, run := range []struct {
		refused, silent bool
		costs, shared   map[string]float64
	}{
		{true, true, map[string]float64{"place": 4}, nil},
		{false, true, map[string]float64{"place": 4}, nil},
		{false, false, map[string]float64{"place": 4.8}, map[string]float64{"shelves": 5}},
	} {
		refused, silent = run.refused, run.silent
		s.write(map[bool]string{true: "one", false: "two"}[run.silent]) // another release is a change
		p, err := plan.Make(t.Context(), asked, s.home)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Deploy(t.Context(), p, s.home, open, func(engine.Event) {}); (err != nil) != run.refused {
			t.Fatalf("deploy: %v", err)
		}
		record, err := s.home.Read("shop")
		if err != nil || !maps.Equal(record.Costs, run.costs) || !maps.Equal(record.Shared, run.shared) {
			t.Errorf("%+v: on record are %v and %v, %v", run, record.Costs, record.Shared, err)
		}
	}
	c, err := Look(t.Context(), "shop", s.home, open)
	if err != nil || c.Monthly == nil || *c.Monthly != 4.8 || len(c.Uses) != 1 || c.Total.Monthly != 9.8 {
		t.Errorf("status: %+v, %v", c, err)
	}
}

// TestSum adds up what deployments cost: what they share counts once, and what is not
// known is named.
func TestSum(t *testing.T) {
	made := map[string]string{"droplet": "7"}
	on := func(name, provider string, costs, shared map[string]float64, known map[string]string) Summary {
		return summarize(state.Record{Name: name, Settings: map[string]string{plan.KeyProvider: provider}, Costs: costs, Shared: shared, Known: known})
	}
	spaces := map[string]float64{"spaces": 5}
	all := []Summary{
		on("a", plan.ProviderDigitalOcean, map[string]float64{"droplet": 4.1, "weekly-backups": 0.1}, spaces, made),
		on("b", plan.ProviderDigitalOcean, map[string]float64{"droplet": 4.1}, spaces, made),
		on("c", plan.ProviderLocal, nil, nil, map[string]string{"machine": "c"}),
		on("d", plan.ProviderHeroku, map[string]float64{}, nil, nil),
		on("never-made", plan.ProviderDigitalOcean, nil, nil, nil),
	}
	if got := Sum(all); got.Monthly != 13.3 || !maps.Equal(got.Shared, spaces) || got.Deployments != 5 || got.Unknown != nil {
		t.Errorf("the sum is %+v", got)
	}
	all = append(all, on("older", plan.ProviderDigitalOcean, nil, nil, made), Summary{Name: "damaged", Trouble: "no JSON"})
	if got := Sum(all); got.Monthly != 13.3 || !slices.Equal(got.Unknown, []string{"older", "damaged"}) {
		t.Errorf("the sum is %+v", got)
	}
}

// TestBeforeAndAfter says what a plan changes of what is paid, where that is known.
func TestBeforeAndAfter(t *testing.T) {
	costs, finished := map[string]float64{"droplet": 4.8}, time.Unix(1, 0)
	for _, test := range []struct {
		record                state.Record
		change, before, after float64
	}{
		{state.Record{Costs: costs, Finished: finished}, -0.8, 4.8, 4},
		{state.Record{Costs: costs, Shared: map[string]float64{"spaces": 5}, Finished: finished}, 0, 9.8, 9.8},
		{state.Record{Costs: costs}, 4, 0, 0},       // unfinished: it may not be there
		{state.Record{Finished: finished}, 4, 0, 0}, // free so far
		{state.Record{Costs: map[string]float64{}, Finished: finished}, 4, 0, 0},
	} {
		if before, after := beforeAndAfter(test.record, test.change); before != test.before || after != test.after {
			t.Errorf("%+v: got %v, %v", test, before, after)
		}
	}
}
