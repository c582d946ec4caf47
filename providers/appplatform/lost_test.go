package appplatform

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// TestLostAnswers: whatever happens to an answer, there is one app, one registry and no
// deployment too many.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"app made, connection lost":    {DropAfter: "apps", ListLag: 20 * time.Second},
		"app made, 500":                {ErrorAfter: "apps", ListLag: 20 * time.Second},
		"app made, answer torn":        {TornAfter: "apps"},
		"registry made, answer lost":   {DropAfter: "registry"},
		"registry made, 500":           {ErrorAfter: "registry"},
		"reads break":                  {BrokenReads: 3, DroppedReads: 2},
		"a list that lags":             {ListLag: 30 * time.Second},
		"a deployment that is delayed": {PendingFor: 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, faults)
			app := release("one")
			app.ReleaseCommand = "migrate"
			w.must(app)
			w.oneApp()
			if n := w.posts("/v2/apps"); n != 1 {
				t.Errorf("the app was asked for %d times", n)
			}
		})
	}
	for name, faults := range map[string]fakecloud.Faults{"not sent on": {DropBefore: "apps"}, "500 before": {ErrorBefore: "apps"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, faults)
			says[*providers.Failed](t, w.deploy(w.open(), release("one")), "same command again", "it was not made")
			w.must(release("one"))
			w.oneApp()
		})
	}
}

// TestLostUpdates: a spec whose answer was lost is not given again if the app has it.
func TestLostUpdates(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"connection lost": {DropAfter: "apps"}, "500": {ErrorAfter: "apps"}, "torn": {TornAfter: "apps"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakecloud.Faults{})
			w.must(release("one"))
			w.cloud.SetFaults(faults)
			w.must(release("two"))
			if all, err := w.open().deployments(t.Context(), w.id()); err != nil || len(all) > 3 || w.current() != "two" {
				t.Errorf("%d deployments, %v; %s has the traffic", len(all), err, w.current())
			}
		})
	}
}

// TestKilledAnywhere: a run that ends after any of its calls is continued by the next one:
// one app, the release has the traffic, and every deployment that was begun was needed.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for at := int64(1); ; at++ {
		w := newWorld(t, fakecloud.Faults{})
		app := release("one")
		app.Init, app.ReleaseCommand = "init", "migrate"
		ctx, kill := context.WithCancel(t.Context())
		var calls atomic.Int64
		w.url = contract.Server(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.cloud.ServeHTTP(rw, r)
			if calls.Add(1) == at {
				kill()
			}
		})).String()
		killed := w.killedAt(ctx, app)
		kill()
		w.must(app)
		w.oneApp()
		all, err := w.open().deployments(t.Context(), w.id())
		if err != nil || len(all) != 2 || w.current() != "one" || variableOf(w.live(), firstVariable) != "" {
			t.Errorf("killed after call %d: %d deployments, %v; %s has the traffic", at, len(all), err, w.current())
		}
		if n := w.posts("/v2/apps"); n != 1 {
			t.Errorf("killed after call %d: the app was asked for %d times", at, n)
		}
		if !killed {
			return
		}
	}
}

// killedAt deploys under a context that ends on the way, and tells whether it did.
func (w *world) killedAt(ctx context.Context, app providers.App) bool {
	p := w.open()
	for _, r := range append(p.Resources(w.spec), p.Deliveries(w.spec, app)...) {
		if err := step(ctx, r); err != nil {
			if ctx.Err() == nil {
				w.t.Errorf("it failed before it was killed: %v", err)
			}
			return true
		}
	}
	return ctx.Err() != nil
}
