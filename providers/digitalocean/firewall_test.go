package digitalocean

import (
	"net/http"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

func TestFirewallDriftIsPutRight(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.spec.Ports = []int{22, 8443}
	found, err := d.resource(d.open(), "cloud-firewall").Look(t.Context(), time.Time{})
	if err != nil || found.Holds {
		t.Fatalf("Look = %+v, %v; want a change", found, err)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if n := d.cloud.Count(http.MethodPost, "/v2/firewalls"); n != 1 {
		t.Errorf("%d firewalls were created, want 1", n)
	}
}
