package rest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// hurried is a clock whose time passes without waiting.
type hurried struct{ now time.Time }

func (c *hurried) Now() time.Time { return c.now }

func (c *hurried) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

// TestWhatIsSentAgain has the first answer be a refusal or be lost.
func TestWhatIsSentAgain(t *testing.T) {
	t.Parallel()
	const lost = 0
	for _, c := range []struct {
		method string
		first  int
		again  bool // RefusedAgain
		want   int
	}{
		{http.MethodGet, 429, false, 2}, {http.MethodGet, 503, false, 2}, {http.MethodGet, lost, false, 2}, {http.MethodGet, 404, true, 1},
		{http.MethodDelete, 502, false, 2}, {http.MethodPut, lost, false, 2},
		{http.MethodPost, 429, false, 1}, {http.MethodPost, 429, true, 2}, {http.MethodPatch, 429, true, 2},
		{http.MethodPost, 503, true, 1}, {http.MethodPost, lost, true, 1}, {http.MethodPatch, lost, true, 1},
	} {
		var mu sync.Mutex // a connection that ends may still be served when the next one is
		calls, bodies := 0, ""
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			calls++
			body, _ := io.ReadAll(r.Body)
			bodies += string(body)
			if r.Header.Get("Authorization") != "Bearer token" || r.Header.Get("Accept") != "x" {
				t.Errorf("headers are %v", r.Header)
			}
			switch {
			case calls > 1:
			case c.first == lost:
				panic(http.ErrAbortHandler)
			default:
				w.Header().Set("Retry-After", "77")
				w.WriteHeader(c.first)
			}
		}))
		clock := &hurried{now: time.Now()}
		start := clock.now
		transport := NewTransport(NewSecret("token"), clock, Options{Header: http.Header{"Accept": {"x"}}, RefusedAgain: c.again})
		request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if response, err := transport.RoundTrip(request); err == nil {
			_ = response.Body.Close()
		}
		server.Close()
		if calls != c.want || bodies != strings.Repeat("body", c.want) {
			t.Errorf("%s with a first answer of %d, %v: sent %d times with %q, want %d", c.method, c.first, c.again, calls, bodies, c.want)
		}
		if waited := clock.now.Sub(start); c.want > 1 && c.first != lost && waited < 77*time.Second {
			t.Errorf("%s after %d: sent again after %s", c.method, c.first, waited)
		}
	}
}

func TestCheckedURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://api.example.com": "https://api.example.com", "https://api.example.com/": "https://api.example.com",
		"http://127.0.0.1:8": "http://127.0.0.1:8", "http://localhost": "http://localhost", "http://[::1]:1": "http://[::1]:1",
		"http://api.example.com": "", "https://api.example.com/v2": "", "https://u:p@x": "", "ftp://127.0.0.1": "", "::": "", "": "",
	} {
		if got, err := CheckedURL(address, "an API"); got != want || (err == nil) != (want != "") {
			t.Errorf("CheckedURL(%q) = %q, %v; want %q", address, got, err, want)
		}
	}
}
