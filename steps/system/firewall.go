package system

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// sharedRules is the file that nftables.service loads. Slipway's rules are there
	// where nobody else uses it, else in ownRules.
	sharedRules = "/etc/nftables.conf"
	sharedUnit  = "nftables.service"
	ownRules    = "/etc/slipway/firewall.nft"
	// firewallSum is where the sum of the loaded rules is kept, to see whether
	// anybody changed them since.
	firewallSum = "/var/lib/slipway/firewall.sha256"
)

var (
	//go:embed firewallsum.sh
	firewallSumText string
	//go:embed firewalllook.sh
	firewallLookText string
	//go:embed firewallload.sh
	firewallLoadText string
	//go:embed firewallremove.sh
	firewallRemoveText string
	//go:embed firewallback.sh
	firewallBackText string
)

// Firewall is the fact that nothing but SSH, the web and what --allow names comes in,
// by IPv4 or IPv6.
var Firewall = &fact.Fact{
	Name: "firewall", Title: "a firewall that lets in SSH and the web only", Phase: providers.PhaseOther, Limit: time.Minute,
	Guards: guard.Part{Paths: append([]string{sharedRules, ownRules, firewallSum}, shell.Paths(firewallUnits)...), Tables: []string{"inet slipway"},
		Enabled: []string{sharedUnit, firewallUnitName}},
	Reads: func(plan.Plan) fact.Reads {
		return fact.Reads{Files: append([]string{sharedRules, ownRules}, shell.Paths(firewallUnits)...),
			Units: append([]string{sharedUnit, firewallUnitName}, sshUnits...), SSHD: true}
	},
	Look: func(p plan.Plan) string {
		return shell.Lines(
			shell.LookSockets(),
			shell.Script(firewallSumText, nil),
			shell.Unedited,
			shell.Script(firewallLookText, shell.Values{"sum": firewallSum, "shared": sharedRules, "own": shell.OwnLine}),
			lookListeners(p),
		)
	},
	Refuse: refuseToClose,
	Decide: decideFirewall,
	Script: func(v fact.View) string {
		rules, unit := firewallFor(v), sharedUnit
		var units string
		if rules.Path == ownRules {
			// An older systemd does not notice a new drop-in by itself.
			units, unit = shell.Lines(shell.PutAll(firewallUnits), "systemctl daemon-reload"), firewallUnitName
		}
		return shell.Lines(
			rules.PutIf("nft", "-c", "-f"),
			units,
			shell.Enable(unit),
			shell.Script(firewallSumText, nil),
			shell.Script(firewallLoadText, shell.Values{"rules": rules.Path, "sum": firewallSum, "unit": unit}),
		)
	},
}

func decideFirewall(v fact.View) []providers.Change {
	wanted, unit := []shell.File{firewallFor(v)}, sharedUnit
	if wanted[0].Path == ownRules {
		wanted, unit = append(wanted, firewallUnits...), firewallUnitName
	}
	changes := append(fact.ChangedFiles(v.Looked, "only SSH and the web are for the world", wanted...), closings(v)...)
	f := shell.Fields(v.Looked)
	if f["rules"] != "loaded" {
		was := "none are loaded"
		if f["rules"] == "changed" {
			was = "other rules are loaded"
		}
		changes = append(changes, providers.Change{What: "load the firewall's rules: " + openList(v) + " in, the rest dropped", Was: was, Why: whatGoesOn(v)})
	}
	if state := shell.UnitsByID(v.Looked)[unit].State(); state != shell.ActiveAtBoot {
		changes = append(changes, providers.Change{What: "load the firewall at every boot", Was: state})
	}
	return changes
}

// whatGoesOn tells what the firewall leaves as it is on a server that forwards.
func whatGoesOn(v fact.View) string {
	if !v.System.Forwards {
		return ""
	}
	var ports []string
	for _, port := range publishedIn(v.Looked) {
		ports = append(ports, port.String())
	}
	if len(ports) == 0 || len(ports) > 20 {
		return "what the server forwards to containers and other computers goes on"
	}
	return "what the server forwards to containers and other computers goes on: port " + strings.Join(ports, ", ")
}

// portsIn are the TCP ports of SSH and the app: the plan's, and those that the look
// found sshd at, for a server that was there before may have it elsewhere than at 22.
func portsIn(v fact.View) []int {
	ports := append(v.Plan.OpenPorts(), sshPorts(v.Looked)...)
	slices.Sort(ports)
	return slices.Compact(ports)
}

// openList is all that is let in, as people read it: "22, 80, 8080, 51820/udp".
func openList(v fact.View) string {
	var all []plan.Port
	for _, n := range portsIn(v) {
		all = append(all, plan.Port{Number: n})
	}
	allowed, _ := v.Plan.Allowed()
	all = append(all, allowed...)
	slices.SortFunc(all, plan.Port.Compare)
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(slices.Compact(all)), " ", ", "), "[]")
}

// removeFirewall is shell text that takes the rules away; firewallBack comes after
// shell.PutBack.
func removeFirewall() string {
	return shell.Script(firewallRemoveText, shell.Values{"shared": sharedRules, "own": shell.OwnLine, "kept": shell.Kept + sharedRules, "unit": firewallUnitName})
}

func firewallBack() string {
	return shell.Lines(shell.Unedited, shell.Script(firewallBackText, shell.Values{"shared": sharedRules, "kept": shell.Kept + sharedRules}))
}
