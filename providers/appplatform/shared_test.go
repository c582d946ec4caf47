package appplatform

import (
	"testing"

	"slipway/providers/digitalocean/fakecloud"
)

// TestSharedRegistry tells of the account's registry with its price once it is there.
func TestSharedRegistry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	if uses, err := w.open().Shared(t.Context(), w.spec); err != nil || len(uses) != 0 {
		t.Errorf("before there is one: %v, %v", uses, err)
	}
	w.must(release("one"))
	uses, err := w.open().Shared(t.Context(), w.spec)
	if err != nil || len(uses) != 1 || uses[0].Kind != "registry" || uses[0].Monthly != tiers[0].monthly {
		t.Errorf("got %+v, %v; want the registry of the tier %s", uses, err, tiers[0].slug)
	}
}
