package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// guillotine lets no request through from the one that kills a run on: before that one took
// effect, or after.
type guillotine struct {
	next http.Handler

	mu    sync.Mutex
	n, at int
	after bool
	kill  context.CancelFunc
}

func (g *guillotine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n++; g.at == 0 || g.n < g.at {
		g.next.ServeHTTP(w, r)
		return
	}
	if g.n == g.at && g.after {
		g.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	g.kill()
	panic(http.ErrAbortHandler)
}

// arm kills the next run at a request of its; 0 never. It returns that run's context.
func (g *guillotine) arm(t *testing.T, at int, after bool) context.Context {
	g.mu.Lock()
	defer g.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	g.n, g.at, g.after, g.kill = 0, at, after, cancel
	return ctx
}

// TestResizeKilledAnywhere kills a resize before and after each of its requests took
// effect, in clouds that behave and in some that don't. The same command goes on, or the
// one that goes back does: in the end the droplet is on, one, and resized once.
func TestResizeKilledAnywhere(t *testing.T) {
	t.Parallel()
	every, good := 3, 1
	if testing.Short() {
		every, good = 13, 4
	}
	clouds := map[string]fakecloud.Faults{
		"a good cloud": {}, "actions show late": {ActionLag: 8 * time.Second}, "it does not listen": {ShutdownHangs: true}, "the size shows late": {SizeLag: 5 * time.Second},
	}
	for name, faults := range clouds {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, back %t", name, back), func(t *testing.T) {
				t.Parallel()
				killed, step := 0, every
				if faults == (fakecloud.Faults{}) && !back {
					step = good
				}
				for at := 1; ; at += step {
					before, after := killAndGoOn(t, faults, at, false, back), killAndGoOn(t, faults, at, true, back)
					if !before && !after {
						break
					}
					killed += 2
				}
				if t.Logf("%d kills", killed); killed < 60/step {
					t.Errorf("only %d kills", killed)
				}
			})
		}
	}
}

// TestResizeInterrupted: a run that ends in good order turns the droplet on, if it can.
func TestResizeInterrupted(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	d.spec.Size = bigger
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var said []string
	r := d.resource(d.open(), "droplet")
	if _, err := r.Look(ctx, time.Time{}); err != nil {
		t.Fatal(err)
	}
	err := r.Make(ctx, func(line string) {
		if said = append(said, line); strings.Contains(line, "is off: it becomes") {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(said[len(said)-1], "the same command goes on") {
		t.Errorf("Make = %v, and said %q", err, said)
	}
	if err := d.clock.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	d.isOn(id, small, 10)
}

// killAndGoOn kills one resize, and lets the same command or the one back go on, after a
// pause in which actions may end or not. It returns false if the run ended before.
func killAndGoOn(t *testing.T, faults fakecloud.Faults, at int, after, back bool) bool {
	t.Helper()
	d, id := running(t, small)
	d.cloud.SetFaults(faults)
	g := &guillotine{next: contract.Held(t, d.cloud)}
	server := httptest.NewServer(g)
	defer server.Close()
	d.url, d.spec.Size = server.URL, bigger

	ctx := g.arm(t, at, after)
	p := d.open()
	err := p.Check(ctx, d.spec)
	if err == nil {
		err = step(ctx, d.resource(p, "droplet"), time.Time{})
	}
	if ctx.Err() == nil {
		if err != nil {
			t.Errorf("a run that was not killed: %v", err)
		}
		return false
	}
	g.arm(t, 0, false)
	if err := d.clock.Sleep(t.Context(), time.Duration(at*7%60)*time.Second); err != nil {
		t.Fatal(err)
	}
	ends, resizes := bigger, 1
	if back {
		d.spec.Size, ends = small, small
		resizes = 2
	}
	if err := d.resizes(); err != nil {
		t.Errorf("killed at request %d, after %t: %v", at, after, err)
	}
	d.isOn(id, ends, 10)
	if n := d.cloud.Done(id, "resize"); n > resizes {
		t.Errorf("killed at request %d, after %t: resized %d times", at, after, n)
	}
	return true
}
