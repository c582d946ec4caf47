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
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	firewallPath = "/etc/nftables.conf"
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
)

// Firewall is the fact that nothing but SSH and the web comes in, by IPv4 or IPv6.
var Firewall = &fact.Fact{
	Name: "firewall", Title: "a firewall that lets in SSH and the web only", Phase: providers.PhaseOther, Limit: time.Minute,
	Guards: guard.Part{Paths: []string{firewallPath, firewallSum}, Tables: []string{"inet slipway"}, Enabled: []string{"nftables.service"}},
	Look: func(plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(firewallPath),
			lookSSHPorts,
			shell.Script(firewallSumText, nil),
			shell.Script(firewallLookText, shell.Values{"sum": firewallSum}),
		)
	},
	Decide: func(v fact.View) []providers.Change {
		ports := portsIn(v)
		changes := fact.ChangedFiles(v.Looked, "only SSH and the web are for the world", firewallFor(v))
		f := shell.Fields(v.Looked)
		if f["rules"] != "loaded" {
			was := "none are loaded"
			if f["rules"] == "changed" {
				was = "other rules are loaded"
			}
			changes = append(changes, providers.Change{What: "load the firewall's rules: " + portList(ports) + " in, the rest dropped", Was: was})
		}
		if f["boot"] != "enabled active" {
			changes = append(changes, providers.Change{What: "load the firewall at every boot", Was: f["boot"]})
		}
		return changes
	},
	Script: func(v fact.View) string {
		return shell.Lines(
			firewallFor(v).PutIf("nft", "-c", "-f"),
			shell.Enable("nftables.service"),
			shell.Script(firewallSumText, nil),
			shell.Script(firewallLoadText, shell.Values{"rules": firewallPath, "sum": firewallSum}),
		)
	},
}

// portsIn are the ports that stay open: the plan's, and those that the look found
// sshd at, for a server that was there before may have it elsewhere than at 22.
func portsIn(v fact.View) []int {
	ports := append(v.Plan.OpenPorts(), sshPorts(v.Looked)...)
	slices.Sort(ports)
	return slices.Compact(ports)
}

// portList is the ports in nft's form and in people's: "22, 80".
func portList(ports []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ports), " ", ", "), "[]")
}

// firewallFor is the firewall that the plan's profile has on the server.
func firewallFor(v fact.View) shell.File {
	file := FirewallFile(portsIn(v)...)
	if ProfileOf(v.Plan) == hardening.Strict {
		file.Content = strings.TrimSuffix(file.Content, "}\n") + noMetadata + "}\n"
	}
	return file
}

// noMetadata lets only root reach the metadata service of a cloud, which tells a
// server what it was made with, its first keys too. It closes port 80 and no other:
// some clouds resolve names at the same address.
const noMetadata = `
	chain output {
		type filter hook output priority filter; policy accept;
		meta skuid != 0 ip daddr 169.254.169.254 tcp dport 80 reject
	}
`

// FirewallFile is nft's file of rules that let in TCP at these ports; where one is
// neither 80 nor 443, a client may open only so many connections a minute. It
// replaces only slipway's own table: others, of a container engine for example, stay.
// Protocols are numbers (1 is ICMP, 58 ICMPv6): their names need /etc/protocols,
// which a small image lacks.
func FirewallFile(ports ...int) shell.File {
	ssh := slices.DeleteFunc(slices.Clone(ports), func(port int) bool { return port == 80 || port == 443 })
	return shell.File{Path: firewallPath, Mode: "755", Content: `#!/usr/sbin/nft -f
# Written by slipway.

table inet slipway
delete table inet slipway

table inet slipway {
	set ssh4 { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1m; }
	set ssh6 { type ipv6_addr; size 65535; flags dynamic,timeout; timeout 1m; }

	chain input {
		type filter hook input priority filter; policy drop;
		ct state invalid drop
		ct state established,related accept
		iif lo accept
		meta l4proto 1 limit rate 20/second accept
		meta l4proto 58 accept
		ip6 saddr fe80::/10 udp dport 546 accept
		tcp dport { ` + portList(ssh) + ` } ct state new update @ssh4 { ip saddr limit rate over 60/minute burst 120 packets } drop
		tcp dport { ` + portList(ssh) + ` } ct state new update @ssh6 { ip6 saddr and ffff:ffff:ffff:ffff:: limit rate over 60/minute burst 120 packets } drop
		tcp dport { ` + portList(ports) + ` } accept
	}

	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
`}
}
