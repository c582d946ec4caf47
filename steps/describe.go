package steps

import (
	"context"
	"strings"

	"slipway/providers"
	"slipway/state"
)

// Choices are the values that a setting can be given so far; nil if it takes
// any that its Check does.
func (s Setting) Choices() []string {
	switch s.Key {
	case KeyProvider:
		return []string{providerLocal, providerDO, providerSSH}
	case KeyHardening:
		return []string{hardenMinimal, hardenStandard, hardenStrict}
	}
	return nil
}

// SettingOf finds a setting by its key.
func SettingOf(key string) (Setting, bool) {
	for _, s := range Settings {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// CheckVariable refuses what can't be a variable of the app's. The error never
// shows the value.
func CheckVariable(key, value string) error {
	return setEnv(map[string]string{}, key, value, "what was typed")
}

// Again is what was asked for when a deployment was last begun, as far as the
// record tells: to ask for it again continues it. The app's variables are not
// part of it, for they are kept on the server only.
func (s Summary) Again(getenv func(string) string) Asked {
	asked := Asked{Folder: s.App, Flags: map[string]string{KeyName: s.Name}, Getenv: getenv}
	if sample, ok := strings.CutPrefix(s.App, samplePrefix); ok {
		asked.Folder, asked.Sample = "", sample
	}
	return asked
}

// Expected is how many seconds each step takes, as far as earlier runs tell:
// those of the deployment itself, else the latest of others on the same
// provider. Steps that no run had to do are left out.
func Expected(plan Plan, home state.Home) (map[string]float64, error) {
	names, err := home.Names()
	if err != nil {
		return nil, err
	}
	var latest state.Record
	for _, name := range names {
		record, err := home.Read(name)
		if err != nil || record.Settings[KeyProvider] != plan.Value(KeyProvider) || len(record.Seconds) == 0 {
			continue // a record that can't be read is told of where it matters
		}
		if name == plan.Name {
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
func AskProvider(ctx context.Context, name, dir string, open OpenProvider) (providers.Provider, error) {
	plan := Plan{Name: "slipway", Tag: state.NewTag("slipway"), Values: map[string]NamedValue{KeyProvider: {Key: KeyProvider, Value: name}}}
	provider, err := open(plan, dir)
	if err != nil {
		return nil, err
	}
	passing, err := newKeyPair("passing")
	if err != nil {
		return nil, err
	}
	plan.AuthorizedKey = passing.public()
	return provider, provider.Check(ctx, specOf(plan))
}
