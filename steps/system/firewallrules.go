package system

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// firewallFor is the firewall that the plan has on the server.
func firewallFor(v fact.View) shell.File {
	allowed, _ := v.Plan.Allowed()
	r := rules{ports: portsIn(v), allowed: allowed, forwards: v.System.Forwards, bridges: strings.Fields(v.System.OutwardBridges),
		noMetadata: ProfileOf(v.Plan) == hardening.Strict}
	file := r.file()
	if shell.Fields(v.Looked)["nftables"] == "taken" {
		file.Path = ownRules
	}
	return file
}

// FirewallFile is nft's file of rules that let in TCP at these ports, on a server that
// forwards nothing; where a port is neither 80 nor 443, a client may open only so many
// connections a minute.
func FirewallFile(ports ...int) shell.File { return rules{ports: ports}.file() }

// rules are what the firewall lets in.
type rules struct {
	// ports are those of SSH and the app, for TCP; allowed are all others.
	ports   []int
	allowed []plan.Port
	// forwards is true if the server forwards packets for others: then it goes on.
	forwards bool
	// bridges are those that lead out of the server. What comes in by any other is a
	// container's.
	bridges []string
	// noMetadata is true if only root may reach the address of a cloud's metadata.
	noMetadata bool
}

// interfaceName is a name that nft can be given without further ado.
var interfaceName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// file is nft's file. It replaces only slipway's own table: others, of a container
// engine for example, stay. Protocols are numbers (1 is ICMP, 58 ICMPv6): their names
// need /etc/protocols, which a small image lacks.
func (r rules) file() shell.File {
	ssh := slices.DeleteFunc(slices.Clone(r.ports), func(port int) bool { return port == 80 || port == 443 })
	return shell.File{Path: sharedRules, Mode: "755", Content: `#!/usr/sbin/nft -f
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
		tcp dport { ` + portList(r.ports) + ` } accept
` + r.others() + `	}
` + r.forward() + r.output() + `}
`}
}

// others are the rules of what stays open beside SSH and the web.
func (r rules) others() string {
	text := r.let("tcp") + r.let("udp")
	if !r.forwards || slices.ContainsFunc(r.bridges, func(name string) bool { return !interfaceName.MatchString(name) }) {
		return text
	}
	// Containers ask the server for addresses and names.
	only := ""
	if len(r.bridges) > 0 {
		only = `iifname != { "` + strings.Join(r.bridges, `", "`) + `" } `
	}
	return text + "\t\t" + only + "meta iifkind \"bridge\" accept\n"
}

// let lets in what is allowed of a protocol.
func (r rules) let(protocol string) string {
	var ports []int
	for _, port := range r.allowed {
		if port.Protocol() == protocol {
			ports = append(ports, port.Number)
		}
	}
	if len(ports) == 0 {
		return ""
	}
	return "\t\t" + protocol + " dport { " + portList(ports) + " } accept\n"
}

// forward drops what is forwarded, unless the server did that before.
func (r rules) forward() string {
	if r.forwards {
		return ""
	}
	return `
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
`
}

// output lets only root reach the metadata service of a cloud, which tells a server
// what it was made with, its first keys too. It closes port 80 and no other: some
// clouds resolve names at the same address.
func (r rules) output() string {
	if !r.noMetadata {
		return ""
	}
	return `
	chain output {
		type filter hook output priority filter; policy accept;
		meta skuid != 0 ip daddr 169.254.169.254 tcp dport 80 reject
	}
`
}

// portList is ports in nft's form: "22, 80".
func portList(ports []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ports), " ", ", "), "[]")
}

const firewallUnitName = "slipway-firewall.service"

// firewallUnits load the rules where nftables.service loads an operator's own: at boot,
// and again whenever that unit loads its own anew, which may flush all rules.
var firewallUnits = []shell.File{
	{Path: "/etc/systemd/system/" + firewallUnitName, Mode: "644", Content: `# Written by slipway.
[Unit]
Description=slipway's rules of the firewall
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
StandardInput=null
ProtectSystem=full
ProtectHome=yes
ExecStart=/usr/sbin/nft -f ` + ownRules + `

[Install]
WantedBy=sysinit.target
`},
	{Path: "/etc/systemd/system/" + sharedUnit + ".d/slipway.conf", Mode: "644", Content: `# Written by slipway.
[Service]
ExecStartPost=-/usr/sbin/nft -f ` + ownRules + `
ExecReload=-/usr/sbin/nft -f ` + ownRules + `
`},
}
