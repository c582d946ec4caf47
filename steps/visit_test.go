package steps

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slipway/steps/app"
	"slipway/steps/plan"
)

// answering is an app that answers each path with a status, or with a redirect to a URL;
// a path that is not named with 404. If host is not empty, it answers to that host only.
func answering(t *testing.T, host string, pages map[string]string) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, known := pages[r.URL.Path]
		var status int
		switch _, err := fmt.Sscan(page, &status); {
		case host != "" && r.Host != host:
			w.WriteHeader(http.StatusBadRequest)
		case !known:
			w.WriteHeader(http.StatusNotFound)
		case err == nil:
			w.WriteHeader(status)
		default:
			http.Redirect(w, r, strings.ReplaceAll(page, "{host}", r.Host), http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func TestVisit(t *testing.T) {
	listed := app.Found{Framework: app.Django, Hosts: app.Hosts{Setting: "ALLOWED_HOSTS", Names: []string{"shop.example"}, Source: "s.py line 3"}}
	variable := listed
	variable.Hosts.Variable, variable.Hosts.Form = "HOSTS", ","
	for _, test := range []struct {
		name, host  string
		pages       map[string]string
		found       app.Found
		health      string
		served      bool
		cause, next string
	}{
		{name: "a page", pages: map[string]string{"/": "200"}, served: true},
		{name: "a login page", pages: map[string]string{"/": "/login?next=/", "/login": "200"}, served: true},
		{name: "another site", pages: map[string]string{"/": "https://login.example/"}, served: true},
		{name: "a missing login page", pages: map[string]string{"/": "/login"}, cause: "404"},
		{name: "a circle", pages: map[string]string{"/": "/a", "/a": "/"}, cause: "circle"},
		{name: "no page", pages: map[string]string{"/docs": "200"}, cause: "there is no page at /: the app answers 404 there; /docs can be opened", next: `path = "/docs"`},
		{name: "health", pages: map[string]string{"/ok": "200"}, health: "/ok", served: true, cause: "there is no page at /"},
		{name: "an error, and health", pages: map[string]string{"/": "500", "/ok": "200"}, health: "/ok", served: true, cause: "status 500 at /"},
		{name: "a password", pages: map[string]string{"/": "401"}, cause: "asks every visitor"},
		{name: "only posts", pages: map[string]string{"/": "405"}, cause: "405"},
		{name: "HTTPS", pages: map[string]string{"/": "https://{host}/"}, cause: "every page redirects to HTTPS, which is not served here", next: "give a --domain, for which Slipway gets a certificate, or turn"},
		{name: "HTTPS by a setting", pages: map[string]string{"/": "https://{host}/"},
			found: app.Found{HTTPSOnly: app.Switch{Setting: "SECURE_SSL_REDIRECT", Variable: "SSL", Value: "False", Source: "s.py line 4"}},
			cause: "(SECURE_SSL_REDIRECT in s.py line 4)", next: "slipway env set --name shop SSL=False"},
		{name: "this computer", pages: map[string]string{"/": "http://localhost:8000/"}, cause: "visitor's own computer"},
		{name: "hosts", host: "shop.example", pages: map[string]string{"/": "200"}, found: listed,
			cause: "every page answers 400: the app does not answer to the host {host}: ALLOWED_HOSTS in s.py line 3 lists shop.example", next: `give --domain shop.example, or add "{host}" to it`},
		{name: "hosts in a variable", host: "shop.example", pages: map[string]string{"/": "200"}, found: variable,
			cause: "is read from the variable HOSTS", next: "slipway env set --name shop HOSTS=192.0.2.7,shop.example"},
		{name: "localhost only", host: "localhost", pages: map[string]string{"/": "200"}, cause: "does not answer to the host {host}", next: "its list of hosts"},
		{name: "400", pages: map[string]string{"/": "400"}, cause: "the app answers with status 400 at /", next: "slipway logs shop shows why"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := answering(t, test.host, test.pages)
			p := plan.Plan{Name: "shop", Address: "192.0.2.7", Values: map[string]plan.NamedValue{plan.KeyHealthPath: {Value: test.health}, plan.KeyProvider: {Value: plan.ProviderSSH}}}
			got := site{url: server.URL}.visit(t.Context(), p, func() app.Found { return test.found })
			host := strings.TrimPrefix(server.URL, "http://")
			cause, next := strings.ReplaceAll(test.cause, "{host}", host), strings.ReplaceAll(test.next, "{host}", host)
			if got.Served != test.served || !strings.Contains(got.Cause, cause) || test.cause == "" && got.Cause != "" || !strings.Contains(got.Next, next) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestVisitNobody has no server to answer.
func TestVisitNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	got := site{url: "http://" + l.Addr().String()}.visit(t.Context(), plan.Plan{Name: "shop"}, func() app.Found { return app.Found{} })
	if got.Served || got.Status != 0 || !strings.Contains(got.Cause, "did not answer") {
		t.Errorf("got %+v", got)
	}
}
