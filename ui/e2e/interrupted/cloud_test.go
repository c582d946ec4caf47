package interrupted

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
)

// TestInterruptedCloud kills deployments to a simulated cloud between any two
// events and calls of the provider, before and after any request took effect,
// and at random times.
func TestInterruptedCloud(t *testing.T) {
	localtest.NeedMachines(t)
	r := rent(t)
	first := newAccount(t, r, fakecloud.Faults{})
	first.child.whole(t) // installs what takes long
	first.destroyed(t)
	second := newAccount(t, r, fakecloud.Faults{})
	began := time.Now()
	points := second.child.whole(t).Points
	took, requests := time.Since(began), second.killer.count()
	second.destroyed(t)
	t.Logf("a deployment has %d points, makes %d requests and takes %s", points, requests, took)

	killedAtPoints(t, r, points)
	killedAtRequests(t, r, requests)
	killedAtTimes(t, r, took)
}

// killedAtPoints kills between two events or calls of the provider.
func killedAtPoints(t *testing.T, r *rented, points int) {
	for _, at := range samplePoints(4, points) {
		t.Run(fmt.Sprint("point ", at), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			c := a.child
			c.KillAt = at
			killed := c.run(t, nil)
			if !killed.killed {
				t.Fatalf("there is no point %d", at)
			}
			t.Logf("killed %s", killed.where)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
}

// killedAtRequests kills before and after a request took effect.
func killedAtRequests(t *testing.T, r *rented, requests int) {
	hits, asked := 0, sample(6, 2*requests)
	for _, at := range asked {
		t.Run(fmt.Sprint("request ", at), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			killed := a.child.run(t, func(p *os.Process) { a.killer.arm(p, (at+1)/2, at%2 == 0) })
			if !killed.killed {
				// How often a run asks whether something is ready yet differs.
				t.Logf("this run ended before request %d", (at+1)/2)
				a.destroyed(t)
				return
			}
			hits++
			t.Logf("killed at %s, after it took effect: %t", a.killer.what, at%2 == 0)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
	if hits < len(asked)/2 {
		t.Errorf("only %d of %d runs were killed at a request", hits, len(asked))
	}
}

// killedAtTimes kills at random times of a deployment that takes so long.
func killedAtTimes(t *testing.T, r *rented, took time.Duration) {
	random := rand.New(rand.NewPCG(*seed, 200))
	for n := range sample(4, 200) {
		wait := time.Duration(random.Int64N(int64(took)))
		t.Run(fmt.Sprint("time ", n), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			killed := a.child.run(t, func(p *os.Process) {
				time.Sleep(wait)
				p.Kill() //nolint:errcheck // it may have ended just now
			})
			t.Logf("killed after %s", wait)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
}

// TestInterruptedAnswers deploys to clouds whose answers are late or lost: each
// ends with one server.
func TestInterruptedAnswers(t *testing.T) {
	localtest.NeedMachines(t)
	r := rent(t)
	for name, faults := range map[string]fakecloud.Faults{
		"tags appear after 10 s":             {TagLag: 10 * time.Second},
		"lists lag behind by 2 s":            {ListLag: 2 * time.Second},
		"404 after a create":                 {NotFoundReads: 5},
		"dropped after having created":       {DropAfter: "droplets"},
		"500 after having created":           {ErrorAfter: "droplets"},
		"answer torn after having created":   {TornAfter: "droplets"},
		"the key's answer is dropped":        {DropAfter: "account/keys"},
		"the firewall's answer is a 500":     {ErrorAfter: "firewalls"},
		"reads fail and calls are too many":  {BrokenReads: 2, DroppedReads: 2, TooMany: 2},
		"no address at first, private first": {NoIPv4For: time.Second, PrivateFirst: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, r, faults)
			end := a.child.run(t, nil).end
			for n := 0; end.Error != "" && n < 3; n++ { // the same command again
				t.Logf("it stopped: %s", end.Error)
				end = a.child.run(t, nil).end
			}
			if end.Error != "" {
				t.Fatal(end.Error)
			}
			answers(t, end)
			a.holdsOne(t)
			if n := a.cloud.Creates(); n != 1 {
				t.Errorf("the droplet was asked for %d times", n)
			}
			a.cloud.SetFaults(fakecloud.Faults{})
			a.destroyed(t)
		})
	}
}
