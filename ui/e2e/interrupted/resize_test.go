package interrupted

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
)

// TestInterruptedResize resizes one droplet there and back, again and again, and kills each
// run before or after another request took effect. The same command goes on: one droplet,
// resized once, and never off at the end. The sweep has more than 60 kills.
func TestInterruptedResize(t *testing.T) {
	localtest.NeedMachines(t)
	sizes := []string{"s-1vcpu-512mb-10gb", "s-1vcpu-1gb"}
	a := newAccount(t, rent(t), fakecloud.Faults{})
	a.child.Size = sizes[0]
	a.child.whole(t)
	id, err := strconv.Atoi(strings.Fields(a.cloud.Contents().Droplets[0])[0])
	if err != nil {
		t.Fatal(err)
	}
	a.child.Size = sizes[1]
	a.killer.arm(nil, 0, false)
	a.child.whole(t)
	requests, kills := a.killer.count(), 0
	for n, at := range sample(4, 2*requests) {
		a.child.Size = sizes[n%2]
		before := a.cloud.Done(id, "resize")
		killed := a.child.run(t, func(p *os.Process) { a.killer.arm(p, (at+1)/2, at%2 == 0) })
		if killed.killed {
			kills++
			a.goesOn(t, killed)
		}
		if power, want := a.cloud.Power(id), (fakecloud.Power{Size: a.child.Size, DiskGB: 10}); power != want {
			t.Errorf("killed at %s: the droplet is %+v, want %+v", a.killer.what, power, want)
		}
		if done := a.cloud.Done(id, "resize") - before; done != 1 {
			t.Errorf("killed at %s: resized %d times", a.killer.what, done)
		}
	}
	t.Logf("%d kills; a resize makes %d requests", kills, requests)
	if kills == 0 {
		t.Error("no run was killed")
	}
	a.destroyed(t)
}
