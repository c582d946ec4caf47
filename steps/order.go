package steps

import (
	"slipway/providers"
	"slipway/steps/access"
	"slipway/steps/engine"
	"slipway/steps/plan"
	"slipway/steps/release"
	"slipway/steps/system"
	"slipway/steps/web"
)

// beforehand is what must hold before a deployment is put on record.
func beforehand() []engine.Stage { return []engine.Stage{engine.OneStep{Step: preflight{}}} }

// order is what happens then, in order: first what the provider makes, then the
// connection, then the facts on the server, then a look from outside.
func order(p plan.Plan, resources []providers.Resource) []engine.Stage {
	var stages []engine.Stage
	for _, r := range resources {
		stages = append(stages, engine.OneStep{Step: &engine.Resource{Resource: r}})
	}
	return append(stages, engine.OneStep{Step: engine.Connection{}}, facts(p), engine.OneStep{Step: verify{}})
}

// facts are what should be true on the server, in order. Those that are guarded
// stand together, behind what takes long: one guard covers them all.
func facts(p plan.Plan) engine.Facts {
	guarding := append(engine.Facts{access.Mark, system.Packages, access.Login, system.SSHD, system.Firewall}, system.Hardening(p)...)
	if provider := p.Value(plan.KeyProvider); provider != plan.ProviderSSH {
		guarding = append(guarding, access.HostKey) // a server that was there before keeps its own
	}
	all := append(guarding.Unguarded(), guarding.Guarded()...)
	all = append(all, web.RequestLogs, web.Proxy, release.Account, release.Variables, release.Upload, system.Swap, release.Dependencies)
	if p.Builds() {
		all = append(all, release.Build)
	}
	if p.App.TestCommand != "" {
		all = append(all, release.Tests)
	}
	if p.App.Release != "" {
		all = append(all, release.PreSwitch)
	}
	all = append(all, release.Release)
	if len(p.Domains()) > 0 {
		all = append(all, web.Certify)
	}
	return all
}
