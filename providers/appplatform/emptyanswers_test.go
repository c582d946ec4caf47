package appplatform

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

// hollow stands in front of the API and takes all out of one answer.
type hollow struct {
	proxy *httputil.ReverseProxy
	// at is the number of the call, from 1 on; 0 is none. calls is how many came.
	at, calls atomic.Int64
	path      atomic.Value
}

func newHollow(t *testing.T, api string) (*hollow, string) {
	to, err := url.Parse(api)
	if err != nil {
		t.Fatal(err)
	}
	h := &hollow{proxy: httputil.NewSingleHostReverseProxy(to)}
	h.proxy.ModifyResponse = func(r *http.Response) error {
		if h.calls.Add(1) == h.at.Load() && (r.StatusCode == http.StatusOK || r.StatusCode == http.StatusCreated || r.StatusCode == http.StatusAccepted) {
			h.path.Store(r.Request.Method + " " + r.Request.URL.Path)
			_ = r.Body.Close()
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2
			r.Header.Set("Content-Length", "2")
		}
		return nil
	}
	server := httptest.NewServer(h.proxy)
	t.Cleanup(server.Close)
	return h, server.URL
}

// life deploys, asks all that can be asked, and destroys. Errors are no matter here.
func (w *world) life(ctx context.Context) {
	app := release("one")
	app.Services, app.Variables = []string{"postgres"}, map[string]string{"KEY": "value"}
	_ = w.deploy(w.open(), app)
	p, quiet := w.open(), func(string) {}
	_ = p.Check(ctx, w.spec)
	_, _ = p.Holdings(ctx, w.spec)
	_, _ = p.Shared(ctx, w.spec)
	_, _ = p.Instances(ctx, w.spec)
	_ = p.Logs(ctx, w.spec, providers.LogQuery{Lines: 1}, io.Discard)
	_, _ = p.Releases(ctx, w.spec)
	_, _ = p.DatabaseServers(ctx, w.spec)
	_ = p.Admit(ctx, w.spec, "postgres", "203.0.113.7", true)
	_, _ = p.SetVariables(ctx, w.spec, map[string]string{"KEY": "other"}, nil, quiet)
	_ = p.RollBack(ctx, w.spec, "one", quiet)
	_ = p.Destroy(ctx, w.spec, quiet)
}

// TestHostileAnswers: an answer that has nothing of what it should have ends no run with a
// panic.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	run := func(at int64) (calls int64, told string) {
		w := newWorld(t, fakecloud.Faults{})
		h, url := newHollow(t, w.url)
		w.url = url
		h.at.Store(at)
		defer func() {
			if r := recover(); r != nil {
				told = fmt.Sprintf("%v: %v\n%s", h.path.Load(), r, debug.Stack())
			}
			calls = h.calls.Load()
		}()
		w.life(t.Context())
		return
	}
	whole, told := run(0)
	seen := map[string]bool{}
	for at := int64(1); at <= whole && told == ""; at++ {
		if testing.Short() && at%4 != 0 {
			continue
		}
		if _, found := run(at); found != "" && !seen[found[:20]] {
			seen[found[:20]] = true
			t.Errorf("without the answer of call %d of %d, %.1500s", at, whole, found)
		}
	}
	if told != "" {
		t.Error(told)
	}
}
