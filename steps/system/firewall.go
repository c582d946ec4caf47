package system

import (
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
	// Who connected lately is no rule.
	firewallList = `nft -s -t list table inet slipway | sha256sum | cut -d' ' -f1`
)

// Firewall is that nothing but SSH and the web comes in, by IPv4 or IPv6.
var Firewall = &fact.Fact{
	Name: "firewall", Title: "a firewall that lets in SSH and the web only", Phase: providers.PhaseOther, Limit: time.Minute,
	Guards: guard.Part{Paths: []string{"/etc/nftables.conf", firewallSum}, Tables: []string{"inet slipway"}, Enabled: []string{"nftables.service"}},
	Look: func(plan.Plan) string {
		return shell.Lines(
			shell.LookFiles(firewallPath),
			lookSSHPorts,
			`echo "boot $(systemctl is-enabled nftables.service) $(systemctl is-active nftables.service)"`,
			`nft -s list table inet slipway >/dev/null && if [ "$(`+firewallList+`)" = "$(cat `+firewallSum+`)" ]; then echo "rules loaded"; else echo "rules changed"; fi`,
		)
	},
	Decide: func(v fact.View) []providers.Change {
		ports := portsIn(v)
		changes := fact.ChangedFiles(v.Looked, "what is not wanted from outside stays out", firewallFor(v))
		f := shell.Fields(v.Looked)
		if f["rules"] != "loaded" {
			was := "none are loaded"
			if f["rules"] == "changed" {
				was = "others are loaded"
			}
			changes = append(changes, providers.Change{What: "load the firewall's rules: " + portList(ports) + " in, the rest dropped", Was: was})
		}
		if f["boot"] != "enabled active" {
			changes = append(changes, providers.Change{What: "load the firewall at every boot", Was: f["boot"]})
		}
		return changes
	},
	Script: func(v fact.View) string {
		file := firewallFor(v)
		check := file
		check.Path += ".slipway-check"
		return shell.Lines(
			check.Put(),
			shell.Command("nft", "-c", "-f", check.Path),
			shell.Command("rm", check.Path),
			file.Put(),
			shell.Command("nft", "-f", file.Path),
			shell.Enable("nftables.service"),
			`systemctl start nftables.service`,
			`mkdir -p /var/lib/slipway`,
			firewallList+` >`+firewallSum,
		)
	},
}

// portsIn are the open ports and those that sshd listens on, as the look found
// them: a server that exists may have it elsewhere than at 22.
func portsIn(v fact.View) []int {
	ports := append(v.Plan.OpenPorts(), sshPorts(v.Looked)...)
	slices.Sort(ports)
	return slices.Compact(ports)
}

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

// noMetadata keeps all but root from the address at which clouds tell a server
// what it was made with, its first keys too. Only the web's port: some clouds
// resolve names at the same address.
const noMetadata = `
	chain output {
		type filter hook output priority filter; policy accept;
		meta skuid != 0 ip daddr 169.254.169.254 tcp dport 80 reject
	}
`

// FirewallFile replaces only the table of ours, so that other tables, those of
// a container engine say, stay. Protocols are numbers (1 is ICMP, 58 ICMPv6):
// their names need /etc/protocols, which a small image lacks.
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
