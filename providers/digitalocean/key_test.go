package digitalocean

import (
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

func TestKeyThatIsInTheAccountStays(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	other := d.spec
	other.Tag = "somebody-elses"
	if err := step(t.Context(), &keyResource{p: d.open(), spec: other}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	found, err := d.resource(d.open(), "ssh-key").Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 {
		t.Errorf("Look = %+v, %v; want it adopted with a note", found, err)
	}
	// Another run may add it between our look and our make.
	if err := d.resource(d.open(), "ssh-key").Make(t.Context(), func(string) {}); err != nil {
		t.Errorf("Make of a key that is in use: %v", err)
	}
	if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := d.cloud.Contents().Keys; len(got) != 1 {
		t.Errorf("keys = %v, want the one that was there before", got)
	}
}
