package digitalocean

import (
	"strings"
	"testing"

	"slipway/providers/digitalocean/fakecloud"
)

func TestForeignReservedIPStays(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	first, err := d.open().firstDroplet(t.Context(), d.spec)
	if err != nil {
		t.Fatal(err)
	}
	d.cloud.AddReservedIP("198.51.100.7", "fra1", first.ID)
	var lines []string
	if err := d.open().Destroy(t.Context(), d.spec, func(l string) { lines = append(lines, l) }); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().ReservedIPs; len(got) != 1 {
		t.Errorf("reserved IPs = %v, want the operator's own", got)
	}
	if all := strings.Join(lines, "\n"); !strings.Contains(all, "198.51.100.7 stays") || !strings.Contains(all, "$5.00") {
		t.Errorf("destroy does not tell what stays: %s", all)
	}
}
