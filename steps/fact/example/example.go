// Package example has a plan and a system for tests of facts: those of the
// rooms, and that of the run order. Nothing but tests calls it.
package example

import (
	"maps"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/plan"
)

// Plan is the plan of the sample accounts, as it is before the server is known.
func Plan(t testing.TB) plan.Plan {
	t.Helper()
	files, err := app.Sample("accounts")
	if err != nil {
		t.Fatal(err)
	}
	found, err := app.Detect(files, app.Settings{TestCommand: "python testing/testing.py"})
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := app.Collect(files)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Plan{Name: "accounts", Values: map[string]plan.NamedValue{}, App: found, Bundle: bundle,
		DependencyHash: "d", Release: "0123456789ab", Tag: "slipway-accounts-1", AuthorizedKey: "ssh-ed25519 AAAA",
		Env: map[string]string{"SECRET": `it's "$HOME" \ and more`}} //nolint:gosec // no secret: a value that is hard to quote
}

// System is a small server with Debian 13.
func System() fact.System {
	return fact.System{ID: "debian", Version: "13", CPUs: 2, Memory: 2048, Python: "3.13", IPv6: true}
}

// WithSettings is a plan with no app and these settings, by key.
func WithSettings(settings map[string]string) plan.Plan {
	p := plan.Plan{Name: "shop", Release: "0123456789ab", Values: map[string]plan.NamedValue{}}
	for key, value := range settings {
		p.Values[key] = plan.NamedValue{Key: key, Value: value}
	}
	return p
}

// WithServices is p with every kind of database beside the app.
func WithServices(p plan.Plan) plan.Plan {
	p.Values = maps.Clone(p.Values)
	p.Values[plan.KeyService] = plan.NamedValue{Key: plan.KeyService, Value: "postgres,mariadb,redis", From: plan.FromFlag}
	return p
}

// WithDomains is p on a server that the world can reach, with these domains.
func WithDomains(p plan.Plan, names ...string) plan.Plan {
	p.Values = maps.Clone(p.Values)
	p.Values[plan.KeyProvider] = plan.NamedValue{Key: plan.KeyProvider, Value: plan.ProviderSSH}
	p.Values[plan.KeyDomain] = plan.NamedValue{Key: plan.KeyDomain, Value: strings.Join(names, plan.ListSeparator), From: plan.FromFlag}
	p.Address = "203.0.113.7"
	return p
}

// Unit is what a look shows of a unit that is loaded: its ActiveState and UnitFileState.
func Unit(id, active, boot string) string {
	return "\nId=" + id + "\nLoadState=loaded\nActiveState=" + active + "\nUnitFileState=" + boot + "\n\n"
}
