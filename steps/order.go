package steps

import (
	"slices"

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

// facts are what should be true on the server, in order.
func facts(p plan.Plan) engine.Facts { return graph(p).Facts() }

// graph is what should be true on the server, in order, and what each fact needs. What
// needs nothing of each other is changed side by side: the app's packages come while dpkg
// unpacks Debian's. The facts that are guarded stand together, behind what takes long: one
// guard covers them all.
func graph(p plan.Plan) engine.Graph {
	var g engine.Graph
	hardening := engine.Facts(system.Hardening(p))
	g.Add(access.Mark)
	g.Add(system.Packages)
	for _, f := range hardening.Unguarded() {
		g.Add(f, system.Packages)
	}
	g.Add(access.Login, system.Packages)
	g.Add(system.SSHD, system.Packages)
	g.Add(system.Firewall, system.Packages)
	for _, f := range hardening.Guarded() {
		g.Add(f, system.Packages)
	}
	if p.Value(plan.KeyProvider) != plan.ProviderSSH { // a server that was there before keeps its own
		g.Add(access.HostKey, system.Packages)
	}
	g.Add(web.RequestLogs, system.Packages)
	g.Add(release.Account)
	g.Add(web.Proxy, web.RequestLogs, release.Account)
	addRelease(&g, p)
	return g
}

// addRelease adds what the release is made of, and the release.
func addRelease(g *engine.Graph, p plan.Plan) {
	services := service.Facts(p)
	if len(services) > 0 {
		g.Add(service.Limited)
	}
	for _, f := range services {
		g.Add(f, service.Limited, system.Packages, release.Account)
	}
	g.Add(release.Variables, release.Account)
	g.Add(release.Upload, release.Account)
	if len(p.App.Data) > 0 {
		g.Add(release.Data, release.Upload)
	}
	data := slices.Concat(engine.Facts{system.Packages, release.Variables, release.Upload, release.Data}, services)
	if backup.Wanted(p) {
		g.Add(backup.Tools, data...)
	}
	if p.Restore != nil {
		g.Add(backup.Restored, slices.Concat(data, engine.Facts{backup.Tools})...)
	}
	g.Add(system.Swap)
	g.Add(release.Dependencies, release.Upload, system.Swap)
	g.Await(release.Dependencies, system.Packages) // where a package has to be built, or the server's Python lacks a part
	ready := slices.Concat(data, engine.Facts{backup.Tools, backup.Restored, release.Dependencies})
	if p.Builds() {
		g.Add(release.Build, ready...)
	}
	if p.App.TestCommand != "" {
		g.Add(release.Tests, slices.Concat(ready, engine.Facts{release.Build})...)
	}
	ready = slices.Concat(ready, engine.Facts{release.Build, release.Tests})
	if p.App.Release != "" {
		g.Add(backup.Snapshot, ready...)
	}
	if p.App.Release != "" || p.App.Init != "" {
		g.Add(release.PreSwitch, slices.Concat(ready, engine.Facts{backup.Snapshot})...)
	}
	g.Add(release.Release, slices.Concat(ready, engine.Facts{backup.Snapshot, release.PreSwitch, web.Proxy})...)
	if backup.Wanted(p) {
		g.Add(backup.SetAside, release.Release)
	}
	if len(p.Domains()) > 0 {
		g.Add(web.Certify, release.Release, system.Firewall)
	}
}
