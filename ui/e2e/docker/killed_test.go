package docker

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 5, "how many runs TestKilled kills")
	seed  = flag.Uint64("seed", 0, "of the moments at which TestKilled kills; 0 takes another one each time")
)

// TestKilled kills runs at random moments. Each time the same command goes on; at the
// end nothing is there twice.
func TestKilled(t *testing.T) {
	o := newOperator(t)
	whole := o.timed()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-seed %d", *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	for killed := 0; killed < *kills; {
		n := 0
		for killed < *kills {
			after := time.Duration(random.Int64N(int64(whole)))
			if !o.KillAfter(after, "--provider", "docker", "--sample", "hello") {
				break
			}
			killed++
			n++
		}
		t.Logf("%d kills, then a whole run", n)
		resumed := o.deploy("--sample", "hello")
		asks(t, resumed.URL, "Hello World")
		o.once()
		if again := o.deploy("--sample", "hello"); again.Changed {
			t.Errorf("something was left to change: %v", again.Steps)
		}
		o.Must("destroy", "-y", "--lose-data", "hello")
		if t.Failed() {
			return
		}
	}
	// A build that was killed may leave one step that nothing tells from others' steps.
	o.docker("image", "prune", "--force")
}

// timed tells how long a deployment takes.
func (o *operator) timed() time.Duration {
	began := time.Now()
	o.deploy("--sample", "hello")
	took := time.Since(began)
	o.Must("destroy", "-y", "--lose-data", "hello")
	return took
}

// once checks that there is one of everything.
func (o *operator) once() {
	t := o.T
	tag := "label=dev.slipway.tag=" + o.tag("hello")
	for role, want := range map[string]int{"web": 1, "front": 1, "once": 0, "process": 0, "service": 0} {
		if found := o.containers("hello", role); len(found) != want {
			t.Errorf("%d containers with the role %s, want %d: %+v", len(found), role, want, found)
		}
	}
	if networks := o.docker("network", "ls", "--quiet", "--filter", tag); len(bytes.Fields([]byte(networks))) != 1 {
		t.Errorf("the networks are %q, want one", networks)
	}
	if all := o.docker("ps", "--all", "--quiet", "--filter", "label=dev.slipway.tag"); len(bytes.Fields([]byte(all))) != 2 {
		t.Errorf("the containers are %q, want two", all)
	}
}
