package ssh

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// TestSSHDebian12 deploys with known_hosts, ~/.ssh/config and sshd at another
// port, to a server without sudo.
func TestSSHDebian12(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-12", map[string]any{"runcmd": []string{
		"SUDO_FORCE_REMOVE=yes dpkg --purge sudo",
		"printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/ports.conf && systemctl restart ssh",
	}})
	o := newOperator(t)
	o.aHome(t, map[string]string{
		"config":      fmt.Sprintf("Host shop\n  HostName %s\n  Port %d\n  IdentityFile %s\n", s.address, s.port, s.identity),
		"known_hosts": knownhosts.Line([]string{knownhosts.HashHostname(knownhosts.Normalize(fmt.Sprintf("%s:%d", s.address, s.port)))}, s.hostKey) + "\n",
	})
	flags := []string{"--provider", "ssh", "--sample", "hello", "--host", "root@shop"}
	first := o.Deploy(flags...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	if rules := o.Root("hello", "nft list table inet slipway"); !strings.Contains(rules, "{ 22, 80, 2222 }") {
		t.Errorf("the firewall shuts sshd's other port:\n%s", rules)
	}
	if second := o.Deploy(flags...); second.Changed || second.RoundTrips != 1 {
		t.Errorf("the second run: %+v, %v", second.Outcome, second.Steps)
	}
	// Once it is pinned only the pin counts.
	record, err := o.State().Read("hello")
	if err != nil || len(record.Server.HostKeys) != 1 || record.Server.HostKeys[0] != e2e.Authorized(s.hostKey) {
		t.Errorf("pinned: %v, %v", record.Server.HostKeys, err)
	}
	o.Must("destroy", "-y", "--lose-data")
	// The server can be deployed to again.
	if again := o.Deploy(flags...); !again.Changed || again.Steps["connection"] != engine.Changed {
		t.Errorf("after destroy: %+v, %v", again.Outcome, again.Steps)
	}
}
