package steps

import (
	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/backup"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/service"
	"slipway/steps/system"
	"slipway/steps/web"
)

// beforehand is what must hold before a deployment is put on record.
func beforehand() []engine.Stage { return []engine.Stage{engine.OneStep{Step: preflight{}}} }

// order is what happens then, in order: first what the provider makes; then, on
// a target with a server, the connection and the facts there; on one that takes
// the app as it is, its delivery; and last a look from outside.
func order(p plan.Plan, provider providers.Provider, spec providers.Spec) []engine.Stage {
	stages := resources(provider.Resources(spec))
	switch target := provider.(type) {
	case providers.ServerProvider:
		stages = append(stages, accessOf(p, provider)...)
		stages = append(stages, engine.OneStep{Step: engine.Connection{}}, facts(p))
	case providers.Platform:
		stages = append(stages, resources(target.Deliveries(spec, appOf(p, target)))...)
	}
	return append(stages, engine.OneStep{Step: verify{}})
}

func resources(made []providers.Resource) []engine.Stage {
	stages := make([]engine.Stage, len(made))
	for i, r := range made {
		stages[i] = engine.OneStep{Step: &engine.Resource{Resource: r}}
	}
	return stages
}

// facts are what should be true on the server, in order. Those that are guarded
// stand together, behind what takes long: one guard covers them all.
func facts(p plan.Plan) engine.Facts {
	guarding := append(engine.Facts{access.Mark, system.Packages, access.Login, system.SSHD, system.Firewall}, system.Hardening(p)...)
	if provider := p.Value(plan.KeyProvider); provider != plan.ProviderSSH {
		guarding = append(guarding, access.HostKey) // a server that was there before keeps its own
	}
	all := append(guarding.Unguarded(), guarding.Guarded()...)
	all = append(all, web.RequestLogs, web.Proxy, release.Account)
	all = append(all, service.Facts(p)...)
	all = append(all, release.Variables, release.Upload)
	if len(p.App.Data) > 0 {
		all = append(all, release.Data)
	}
	if backup.Wanted(p) {
		all = append(all, backup.Tools)
	}
	all = append(all, system.Swap, release.Dependencies)
	if p.Builds() {
		all = append(all, release.Build)
	}
	if p.App.TestCommand != "" {
		all = append(all, release.Tests)
	}
	if p.App.Release != "" {
		all = append(all, backup.Snapshot)
	}
	if p.App.Release != "" || p.App.Init != "" {
		all = append(all, release.PreSwitch)
	}
	all = append(all, release.Release)
	if backup.Wanted(p) {
		all = append(all, backup.SetAside)
	}
	if len(p.Domains()) > 0 {
		all = append(all, web.Certify)
	}
	return all
}
