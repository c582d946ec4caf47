package contract_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"slipway/providers/heroku/fakeheroku/contract"
)

const rateLimit = `{"remaining": 4500}`

func TestViolations(t *testing.T) {
	for _, c := range []struct {
		name, method, path, accept, request, answer string
		status                                      int
		wants                                       string
	}{
		{name: "all is well", method: "GET", path: "/account/rate-limits", answer: rateLimit, status: 200},
		{name: "an error in the right form", method: "GET", path: "/account/rate-limits", answer: `{"id": "unauthorized", "message": "no"}`, status: 401},
		{name: "an unknown call", method: "GET", path: "/account/secrets", answer: "{}", status: 200, wants: "not in Heroku's schema"},
		{name: "another version", method: "GET", path: "/account/rate-limits", accept: "application/json", answer: rateLimit, status: 200, wants: "version 3"},
		{name: "a field too many", method: "GET", path: "/account/rate-limits", answer: `{"remaining": 1, "total": 2}`, status: 200, wants: `there is no field "total"`},
		{name: "a field too few", method: "GET", path: "/account/rate-limits", answer: `{}`, status: 200, wants: `the field "remaining" is missing`},
		{name: "a field of another type", method: "GET", path: "/account/rate-limits", answer: `{"remaining": "1"}`, status: 200, wants: "breaks Heroku's schema"},
		{name: "an error without a message", method: "GET", path: "/account/rate-limits", answer: `{"id": "x"}`, status: 500, wants: "has no message"},
		{name: "no JSON", method: "GET", path: "/account/rate-limits", answer: `<html>`, status: 502, wants: "is not JSON"},
		{name: "a request with an unknown field", method: "POST", path: "/apps", request: `{"named": "x"}`, answer: `{"id": "x", "message": "y"}`, status: 422, wants: `there is no field "named"`},
		{name: "a request with a wrong name", method: "POST", path: "/apps", request: `{"name": "No"}`, answer: `{"id": "x", "message": "y"}`, status: 422, wants: "the request breaks"},
		{name: "a rollback by version", method: "POST", path: "/apps/x/releases", request: `{"release": "v3"}`, answer: `{"id": "x", "message": "y"}`, status: 422, wants: "the request breaks"},
		{name: "a config var of a number", method: "PATCH", path: "/apps/x/config-vars", request: `{"A": 1}`, answer: `{}`, status: 200, wants: "the request breaks"},
		{name: "a host that is not the API's", method: "GET", path: "/-/anything", accept: "text/plain", answer: "text", status: 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := violations(t, c.method, c.path, c.accept, c.request, c.answer, c.status); (c.wants == "") != (got == "") || !strings.Contains(got, c.wants) {
				t.Errorf("the violations are %q, want %q", got, c.wants)
			}
		})
	}
}

// violations are those of one call.
func violations(t *testing.T, method, path, accept, request, answer string, status int) string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	handler, err := contract.Checked(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}), func(violation string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, violation)
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(request))
	if accept == "" {
		accept = "application/vnd.heroku+json; version=3"
	}
	r.Header.Set("Accept", accept)
	r.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	return strings.Join(all, "\n")
}
