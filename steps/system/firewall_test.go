package system

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/plan"
)

// looked is what the look prints of a server where several programs listen.
const looked = `port 22
listener tcp 00000000:0016 22 sshd ssh.service
listener tcp 00000000:0050 80 nginx nginx.service
listener tcp 0100007F:1538 5432 postgres postgresql.service
listener tcp 00000000000000000000000001000000:1538 5432 postgres postgresql.service
listener tcp 0000000000000000FFFF00000100007F:1539 5433 postgres postgresql.service
listener tcp 00000000:1F90 8080 node app.service
listener tcp 00000000000000000000000000000000:1F90 8080 node app.service
listener udp 00000000:CA6C 51820 ? ?
listener udp 00000000:0044 68 systemd-network systemd-networkd.service
listener udp 00000000:14E9 5353 avahi-daemon avahi-daemon.service
listener tcp 0264A8C0:0CEA 3306 mysqld ?
listener tcp 00000000:1FB8 8120 docker-proxy docker.service
published tcp 8120
published tcp { 9000-9002, 9100 }
listener tcp 010011AC:1B58 7000 dnsmasq lxc-net.service
bridge docker0 172.17.0.1
listener tcp nonsense
listener tcp zz:1F90 8080 node app.service
listener tcp 00000000:1F91 8081 a(b app.service
`

// asked is a view of that server, with a value of --allow.
func asked(allow string) fact.View {
	return fact.View{Looked: looked, Plan: plan.Plan{Values: map[string]plan.NamedValue{plan.KeyAllow: {Value: allow}, plan.KeyHost: {Value: "root@192.0.2.1"}}}}
}

// TestOperatorsListener closes a port at which a program listens only by consent.
func TestOperatorsListener(t *testing.T) {
	for allow, c := range map[string]struct {
		closed  []string
		refused string
	}{
		"":                        {[]string{"3306", "8080", "51820/udp"}, "port 3306, where mysqld listens, and port 8080, where node (app.service) listens, and port 51820/udp, where the kernel or an unknown program listens"},
		"8080,51820/udp":          {[]string{"3306"}, ""},
		"8080,3306/tcp,51820/udp": {nil, ""},
		"51820":                   {[]string{"3306", "8080", "51820/udp"}, ""},
		plan.AllowNone:            {[]string{"3306", "8080", "51820/udp"}, ""},
	} {
		v := asked(allow)
		var closed []string
		for _, change := range Firewall.Decide(v) {
			if change.Closes != "" {
				closed = append(closed, change.Closes)
			}
		}
		if !slices.Equal(closed, c.closed) {
			t.Errorf("--allow %q closes %v, want %v", allow, closed, c.closed)
		}
		err := Firewall.Refuse(v)
		usage, isUsage := errors.AsType[*providers.Usage](err)
		if (err != nil) != (c.refused != "") || err != nil && (!isUsage || !strings.Contains(err.Error(), c.refused) ||
			!strings.Contains(usage.Next, "--allow 3306 --allow 8080 --allow 51820/udp") || !strings.Contains(usage.Next, "--allow none")) {
			t.Errorf("--allow %q: %v", allow, err)
		}
	}
	if err := Firewall.Refuse(fact.View{Looked: "port 22\n", Plan: plan.Plan{}}); err != nil {
		t.Errorf("where nothing listens: %v", err)
	}
}

// TestAllowedPorts are let in beside SSH and the web, without a limit of connections.
func TestAllowedPorts(t *testing.T) {
	file := firewallFor(asked("8080,51820/udp,53/udp"))
	for _, want := range []string{"tcp dport { 22, 80 } accept\n\t\ttcp dport { 8080 } accept\n\t\tudp dport { 53, 51820 } accept\n", "tcp dport { 22 } ct state new update", "hook forward priority filter; policy drop"} {
		if !strings.Contains(file.Content, want) {
			t.Errorf("the rules do not say %q:\n%s", want, file.Content)
		}
	}
	if file.Path != sharedRules || firewallFor(asked(plan.AllowNone)).Content != FirewallFile(22, 80).Content {
		t.Errorf("--allow none makes other rules than nothing does, or %s is the file", file.Path)
	}
}

// TestForwardingGoesOn leaves the forwarding of a server that forwards, and lets its
// containers, but nobody outside, ask the server.
func TestForwardingGoesOn(t *testing.T) {
	v := asked("8080")
	v.System.Forwards = true
	if text := firewallFor(v).Content; strings.Contains(text, "forward") || !strings.Contains(text, "\t\tmeta iifkind \"bridge\" accept\n") {
		t.Errorf("containers are cut off:\n%s", text)
	}
	v.System.OutwardBridges = "br0 vmbr0"
	if text := firewallFor(v).Content; !strings.Contains(text, `iifname != { "br0", "vmbr0" } meta iifkind "bridge" accept`) {
		t.Errorf("a bridge that leads out of the server is let in:\n%s", text)
	}
	v.System.OutwardBridges = `br0 x";accept`
	if text := firewallFor(v).Content; strings.Contains(text, "bridge") || strings.Contains(text, `x"`) {
		t.Errorf("a name became a rule:\n%s", text)
	}
	v.System.OutwardBridges = "br0"
	changes := Firewall.Decide(v)
	if last := changes[len(changes)-2]; last.Why != "what the server forwards to containers and other computers goes on: port 8120, 9000, 9001, 9002, 9100" {
		t.Errorf("the plan does not say what goes on: %+v", last)
	}
}

// TestRulesAreNFT has nft read the rules of every kind.
func TestRulesAreNFT(t *testing.T) {
	nft, err := exec.LookPath("nft")
	if err != nil || exec.Command("unshare", "-n", nft, "list", "ruleset").Run() != nil {
		t.Skip("nft can't be run here")
	}
	for _, r := range []rules{
		{ports: []int{22, 80}},
		{ports: []int{22, 80, 443}, allowed: []plan.Port{{Number: 8080}, {Number: 51820, UDP: true}}, noMetadata: true},
		{ports: []int{22, 80}, forwards: true, bridges: []string{"br0", "docker0.1"}},
	} {
		cmd := exec.Command("unshare", "-n", nft, "-c", "-f", "-")
		cmd.Stdin = strings.NewReader(r.file().Content)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s\n%s", err, out, r.file().Content)
		}
	}
}

// TestOperatorsRules are left where they are: slipway's come from a file of their own.
func TestOperatorsRules(t *testing.T) {
	v := asked("none")
	v.Looked = example.Unit(sharedUnit, "active", "enabled") + example.Unit(firewallUnitName, "inactive", "disabled") + "nftables taken\n"
	changes := Firewall.Decide(v)
	if firewallFor(v).Path != ownRules || len(changes) != 5 || changes[1].What != "write "+firewallUnits[0].Path || changes[4].Was != "inactive disabled" {
		t.Errorf("got %+v", changes)
	}
	for _, path := range []string{sharedRules, "nft flush", "flush ruleset"} {
		if script := Firewall.Script(v); strings.Contains(script, path) {
			t.Errorf("the script touches %s:\n%s", path, script)
		}
	}
	if strings.Contains(Remove()+Restore(), "nft flush") {
		t.Error("destroy flushes the rules of others")
	}
}
