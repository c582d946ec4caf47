package digitalocean

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/rest"
)

func TestFirewallDriftIsPutRight(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.spec.Ports, d.spec.UDPPorts = []int{22, 8443}, []int{51820}
	found, err := d.resource(d.open(), "cloud-firewall").Look(t.Context(), time.Time{})
	if err != nil || found.Holds {
		t.Fatalf("Look = %+v, %v; want a change", found, err)
	}
	if what := found.Changes[0].What; !strings.HasSuffix(what, "to TCP 22, 8443 and UDP 51820") {
		t.Errorf("the change is %q", what)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if again, err := d.resource(d.open(), "cloud-firewall").Look(t.Context(), time.Time{}); err != nil || !again.Holds {
		t.Errorf("after the change: %+v, %v", rest.Again, err)
	}
	if n := d.cloud.Count(http.MethodPost, "/v2/firewalls"); n != 1 {
		t.Errorf("%d firewalls were created, want 1", n)
	}
}
