package heroku

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 100, "how many runs TestKilled kills")
	seed  = flag.Uint64("seed", 1, "of the moments at which TestKilled kills")
)

// TestKilled kills runs at random moments. Each time the same command goes on; at the end
// nothing is there twice.
func TestKilled(t *testing.T) {
	o := newOperator(t)
	var whole time.Duration // of the second run, which has all packages in a cache
	for range 2 {
		began := time.Now()
		o.deploy("--sample", "hello")
		whole = time.Since(began)
		o.Must("destroy", "-y", "--lose-data", "hello")
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	for killed := 0; killed < *kills; {
		n := 0
		for killed < *kills && o.KillAfter(time.Duration(random.Int64N(int64(whole))), args("--sample", "hello")...) {
			killed++
			n++
		}
		t.Logf("%d kills, then a whole run", n)
		resumed := o.deploy("--sample", "hello")
		asks(t, resumed.URL, "Hello World")
		o.holdsOne()
		if again := o.deploy("--sample", "hello"); again.Changed {
			t.Errorf("something was left to change: %v", again.Steps)
		}
		o.Must("destroy", "-y", "--lose-data", "hello")
		if left := o.heroku.Contents(); !left.Empty() {
			t.Errorf("after destroy the account has %+v", left)
		}
		if t.Failed() {
			return
		}
	}
}
