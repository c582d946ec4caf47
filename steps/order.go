package steps

import "slipway/providers"

// beforehand is what must hold before a deployment is put on record.
func beforehand() []stage { return []stage{single{preflight{}}} }

// order is what happens then, in order: first what the provider makes, then the
// connection, then the facts on the server, then a look from outside.
func order(plan Plan, resources []providers.Resource) []stage {
	var stages []stage
	for _, r := range resources {
		stages = append(stages, single{&resource{r}})
	}
	return append(stages, single{connection{}}, facts(plan), single{verify{}})
}

// facts are what should be true on the server, in order. Those that are guarded
// stand together, behind what takes long: one guard covers them all.
func facts(plan Plan) onServer {
	system := append(onServer{mark, packages, login, sshd, firewall}, rest(plan)...)
	if provider := plan.Value(KeyProvider); provider != providerSSH {
		system = append(system, hostKey) // a server that was there before keeps its own
	}
	all := append(system.unguarded(), system.guarded()...)
	all = append(all, requestLogs, proxy, account, variables, upload, swap, dependencies)
	if plan.builds() {
		all = append(all, build)
	}
	if plan.App.TestCommand != "" {
		all = append(all, tests)
	}
	if plan.App.Release != "" {
		all = append(all, preSwitch)
	}
	all = append(all, release)
	if len(plan.domains()) > 0 {
		all = append(all, certify)
	}
	return all
}
