package heroku

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers"
)

const testToken = "HRKU-5ecre7t0ken"

// hurried is a clock whose time passes without waiting.
type hurried struct {
	mu  sync.Mutex
	now time.Time
}

func (c *hurried) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *hurried) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// TestAnswers are answers of the API that are no success: who is at fault, why, and what
// to do.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const refused, usage, failed = "refused", "usage", "failed"
	for _, c := range []struct {
		status             int
		body               string
		kind, why, next    string
		withoutThisMessage string
	}{
		{401, `{"id":"unauthorized","message":"Invalid credentials provided."}`, refused, "does not accept the login", "heroku login", ""},
		{402, `{"id":"delinquent","message":"Pay."}`, refused, "billing problem", "billing", ""},
		{402, `{"id":"verification_required","message":"Please verify your account."}`, refused, "verified", verifyPage, ""},
		{403, `{"id":"verification_required","message":"Add a card."}`, refused, "verified", verifyPage, ""},
		{422, `{"id":"verification_required","message":"Add a card."}`, refused, "verified", verifyPage, ""},
		{403, `{"id":"forbidden","message":"You do not have access to the app shop."}`, refused, "may not do this", "owner", ""},
		{403, `{"id":"suspended","message":"Suspended."}`, refused, "suspended", ticketPage, ""},
		{404, `{"id":"not_found","message":"Couldn't find that app."}`, failed, "does not exist", again, ""},
		{409, `{"id":"conflict","message":"Busy."}`, failed, "conflicts", "wait", ""},
		{422, `{"id":"invalid_params","message":"Name shop is already taken"}`, "usage", "global", "--name", ""},
		{422, `{"id":"invalid_params","message":"You've reached the limit of 100 apps."}`, refused, "limit", "remove", ""},
		{422, `{"id":"invalid_params","message":"Cannot update to more than 1 Eco dynos per process type."}`, usage, "more than 1", "--size", ""},
		{422, `{"id":"invalid_params","message":"Odd."}`, refused, "Odd.", "request id", ""},
		{429, `{"id":"rate_limit","message":"Your account reached the API rate limit"}`, failed, "too many", "wait", ""},
		{500, `{"id":"internal_server_error","message":"Boom"}`, failed, "has trouble", statusPage, ""},
		{503, `<html>` + strings.Repeat("down ", 500), failed, "503", statusPage, "down"},
		{302, ``, failed, "redirects", "HEROKU_API_URL", ""},
		{200, `<html>`, failed, "does not answer like", "HEROKU_API_URL", ""},
		{200, `{"id": 5}`, failed, "does not answer like", "HEROKU_API_URL", ""},
		{422, `{"id":"x","message":"token ` + testToken + `"}`, refused, "[token]", "", testToken},
	} {
		t.Run(fmt.Sprintf("%d %.40s", c.status, c.body), func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://elsewhere.example.com/")
				w.Header().Set("Request-Id", "request-7")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			t.Cleanup(server.Close)
			_, err := offline(t, server.URL).whose(t.Context())
			kind, next := kindOf(err)
			if kind != c.kind || !strings.Contains(err.Error(), c.why) || !strings.Contains(next, c.next) || next == "" {
				t.Errorf("got %s: %v\nnext: %s", kind, err, next)
			}
			if !strings.HasPrefix(fmt.Sprint(err), "ask about the Heroku account: ") {
				t.Errorf("it does not say what was done: %v", err)
			}
			if c.status >= 300 && !strings.Contains(err.Error(), "request-7") {
				t.Errorf("it has no request id: %v", err)
			}
			if c.withoutThisMessage != "" && strings.Contains(err.Error(), c.withoutThisMessage) {
				t.Errorf("it has %q: %v", c.withoutThisMessage, err)
			}
		})
	}
}

// kindOf is what an error is, and what it says to do.
func kindOf(err error) (kind, next string) {
	var refused *providers.Refused
	var usage *providers.Usage
	var failed *providers.Failed
	switch {
	case errors.As(err, &refused):
		return "refused", refused.Next
	case errors.As(err, &usage):
		return "usage", usage.Next
	case errors.As(err, &failed):
		return "failed", failed.Next
	}
	return fmt.Sprintf("%T", err), ""
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	_, err := offline(t, "http://127.0.0.1:1").whose(t.Context())
	if kind, next := kindOf(err); kind != "failed" || !strings.Contains(next, "network") || strings.Contains(err.Error(), testToken) {
		t.Errorf("got %v, next: %s", err, next)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := offline(t, "http://127.0.0.1:1").whose(over); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{Token: " \n"}); !errors.Is(err, errNoToken) {
		t.Errorf("no token: %v", err)
	} else if kind, next := kindOf(err); kind != "refused" || !strings.Contains(next, "heroku login") {
		t.Errorf("no token: %s, %s", kind, next)
	}
	for _, bad := range []string{"http://api.example.com", "https://api.example.com/v3", "api.example.com", "https://u:p@api.example.com", "https://a?b=c", "::"} {
		_, err := New(Options{Token: testToken, APIURL: bad})
		if kind, next := kindOf(err); kind != "usage" || next == "" {
			t.Errorf("New with %s: %v", bad, err)
		}
	}
	for _, good := range []string{"", "https://api.example.com", "http://127.0.0.9:1/", "http://[::1]:1"} {
		if _, err := New(Options{Token: testToken, APIURL: good}); err != nil {
			t.Errorf("New with %s: %v", good, err)
		}
	}
}

func TestTokenIsNeverShown(t *testing.T) {
	t.Parallel()
	options := Options{Token: testToken}
	p, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "options", options, "provider", p)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "options", options, "provider", p, "transport", p.client.Transport)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		for _, value := range []any{options, &options, p, *p, p.client, p.client.Transport, p.token, p.Resources(providers.Spec{})} {
			fmt.Fprintf(&logged, verb, value)
		}
	}
	if strings.Contains(logged.String(), testToken) {
		t.Errorf("the token shows in %s", logged.String())
	}
}
