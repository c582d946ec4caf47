package steps

import (
	"context"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// Again is what was asked for when a deployment was last begun, as far as the
// record tells: to ask for it again continues it. The app's variables are not
// part of it, for they are kept on the server only.
func (s Summary) Again(getenv func(string) string) plan.Asked {
	asked := plan.Asked{Folder: s.App, Flags: map[string]string{plan.KeyName: s.Name}, Getenv: getenv}
	if sample, ok := strings.CutPrefix(s.App, plan.SamplePrefix); ok {
		asked.Folder, asked.Sample = "", sample
	}
	return asked
}

// Expected is how many seconds each step takes, as far as earlier runs tell:
// those of the deployment itself, else the latest of others on the same
// provider. Steps that no run had to do are left out.
func Expected(p plan.Plan, home state.Home) (map[string]float64, error) {
	names, err := home.Names()
	if err != nil {
		return nil, err
	}
	var latest state.Record
	for _, name := range names {
		record, err := home.Read(name)
		if err != nil || record.Settings[plan.KeyProvider] != p.Value(plan.KeyProvider) || len(record.Seconds) == 0 {
			continue // a record that can't be read is told of where it matters
		}
		if name == p.Name {
			return record.Seconds, nil
		}
		if record.Finished.After(latest.Finished) {
			latest = record
		}
	}
	return latest.Seconds, nil
}

// AskProvider asks a provider whether it would make a server at all, with its
// defaults, before anything else is settled. dir is the deployment's folder,
// which may not exist. It only reads.
func AskProvider(ctx context.Context, name, dir string, open engine.OpenProvider) (providers.Provider, error) {
	p := plan.Plan{Name: "slipway", Tag: state.NewTag("slipway"), Values: map[string]plan.NamedValue{plan.KeyProvider: {Key: plan.KeyProvider, Value: name}}}
	provider, err := open(p, dir)
	if err != nil {
		return nil, err
	}
	passing, err := access.NewKeyPair("passing")
	if err != nil {
		return nil, err
	}
	p.AuthorizedKey = passing.Public()
	return provider, provider.Check(ctx, plan.SpecOf(p))
}
