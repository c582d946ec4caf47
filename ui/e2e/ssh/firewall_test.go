package ssh

import (
	"net/http"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// ownFirewall is an operator's own work on a server: rules in nftables.conf, others that
// are in no file, a site of nginx's, settings of sshd and of the kernel.
const ownFirewall = `cat >/etc/nftables.conf <<'END'
#!/usr/sbin/nft -f
flush ruleset
table inet mine {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif lo accept
		tcp dport { 22, 80, 8081 } accept
	}
}
END
systemctl enable --now nftables.service
nft add table ip byhand
nft 'add chain ip byhand guests { type filter hook input priority 10; policy accept; }'
nft add rule ip byhand guests ip saddr 192.0.2.7 drop
iptables-nft -N OWNERS && iptables-nft -A OWNERS -s 192.0.2.8 -j DROP && iptables-nft -A INPUT -j OWNERS
echo 'server { listen 8081; return 200 mine; }' >/etc/nginx/conf.d/mine.conf
systemctl reload nginx
printf 'MaxAuthTries 5\nX11Forwarding yes\n' >/etc/ssh/sshd_config.d/50-mine.conf
systemctl reload ssh
sysctl -q -w net.ipv4.conf.all.log_martians=0 net.ipv4.conf.all.send_redirects=1 net.ipv4.tcp_rfc1337=0
systemctl stop apt-daily.timer; systemctl --quiet mask apt-daily.timer`

// flushing are rules that take all others away whenever they are loaded.
const flushing = `printf 'flush ruleset\ntable inet mine {\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t}\n}\n' >/etc/nftables.conf
systemctl enable --now nftables.service`

// running prints what a server does: the rules of its firewall, the settings of sshd and
// nginx, those of the kernel that hardening sets, its units, and what nginx serves. The
// connection's own packets are left out.
const running = `echo "# firewall"; nft -s list ruleset
echo "# sshd"; sshd -T
echo "# nginx"; if systemctl is-active -q nginx; then nginx -T 2>/dev/null; curl -s http://127.0.0.1/ | head -n 5; curl -s http://127.0.0.1:8081/; else echo none; fi
echo "# kernel"; sysctl -a 2>/dev/null | grep -E '^(net\.ipv[46]\.(conf\.(all|default)|icmp|tcp_syn|tcp_rfc|ip_forward|ip_local)|kernel\.|fs\.protected|fs\.suid|dev\.tty|vm\.swapp)' | grep -vE 'nr|random\.|ns_last|file-max|epoll|inode|dentry|pty|hostname|_id|stable_secret'
echo "# units"; for unit in nginx nftables ssh apt-daily.timer apt-daily-upgrade.timer fail2ban rsyslog unattended-upgrades; do echo "$unit $(systemctl is-active $unit) $(systemctl is-enabled $unit 2>/dev/null | grep -v not-found || echo disabled)"; done
systemctl --failed --no-legend
echo "# mounts"; grep -E ' /(dev/shm|tmp) ' /proc/self/mounts; cat /etc/fstab
echo "# passwords"; grep -v '^#' /etc/pam.d/common-auth /etc/pam.d/common-password /etc/pam.d/common-session
stat -c '%a %U %n' /etc/crontab /etc/cron.d /etc/ssh/sshd_config /etc/sudoers.d`

// TestFirewallAfterDestroy deploys to an operator's server and gives it back: it does
// what it did before.
func TestFirewallAfterDestroy(t *testing.T) {
	localtest.NeedMachines(t)
	for name, c := range map[string]struct {
		image    string
		packages []string
		own      string
		flags    []string
		more     string // what the operator does on the server meanwhile
	}{
		"rules of their own": {"debian-13", []string{"nginx-light", "iptables"}, ownFirewall, []string{"--hardening", "strict", "--allow", "8081"}, ":"},
		"rules that flush":   {"debian-12", nil, flushing, nil, "systemctl restart nftables; systemctl reload nftables"},
		"nothing":            {"debian-13", nil, ":", nil, ":"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bootBare(t, c.image, map[string]any{"package_update": true, "packages": c.packages})
			s.root(t, c.own)
			before := s.root(t, running)
			o := newOperator(t)
			o.aHome(t, nil)
			first := o.Deploy(s.flags("root", append(c.flags, "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())...)...)
			if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
				t.Fatalf("status %d: %s", status, body)
			}
			// Whoever loads rules of their own, which flush all others, keeps slipway's.
			if tables := o.Root("hello", c.more+"; nft list tables"); !strings.Contains(tables, "table inet slipway") {
				t.Errorf("after a reload of nftables.service the tables are\n%s", tables)
			}
			o.Must("destroy", "-y", "--lose-data")
			if after := s.root(t, running); after != before {
				t.Errorf("the server does not do what it did before:\n%s", differences(before, after))
			}
		})
	}
}

// differences are the lines that only one of two texts has.
func differences(before, after string) string {
	var all []string
	only := func(sign, text, other string) {
		for line := range strings.SplitSeq(text, "\n") {
			if !strings.Contains("\n"+other+"\n", "\n"+line+"\n") {
				all = append(all, sign+line)
			}
		}
	}
	only("-", before, after)
	only("+", after, before)
	return strings.Join(all, "\n")
}
