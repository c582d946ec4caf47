package appplatform

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/digitalocean/fakecloud"
)

// shownAs is what printing and logging values in any way shows of them.
func shownAs(values ...any) string {
	var shown bytes.Buffer
	for _, value := range values {
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "value", value)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "value", value)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			fmt.Fprintf(&shown, verb, value)
		}
	}
	return shown.String()
}

func TestTokenIsNeverShown(t *testing.T) {
	t.Parallel()
	options := Options{Options: account.Options{Token: testToken}}
	p, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	shown := shownAs(options, &options, p, p.options, p.api, p.api.HTTPClient, p.api.HTTPClient.Transport, p.Resources(providers.Spec{}), p.Deliveries(providers.Spec{}, providers.App{}))
	shown += fmt.Sprintf("%v %+v %#v", *p, *p, *p)
	if strings.Contains(shown, testToken) {
		t.Errorf("the token shows in %s", shown)
	}
}

// TestSecretsAreNeverShown: the values of variables, the login to the registry and the
// password of a database are in no text of the types that have them, in no report and in no
// request but the one that is to carry them.
func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	const secret = "s3cret value"
	w := newWorld(t, fakecloud.Faults{})
	app := release("one")
	app.Services, app.Variables = []string{"postgres"}, map[string]string{"API_KEY": secret}
	var told strings.Builder
	p := w.open()
	for _, r := range append(p.Resources(w.spec), p.Deliveries(w.spec, app)...) {
		found, err := r.Look(t.Context(), w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&told, "%+v", found)
		if found.Holds {
			continue
		}
		if err := r.Make(t.Context(), func(line string) { told.WriteString(line) }); err != nil {
			t.Fatal(err)
		}
	}
	have, err := p.serving(t.Context(), w.spec)
	if err != nil {
		t.Fatal(err)
	}
	in, _, err := p.outline(t.Context(), w.spec, app, have)
	if err != nil {
		t.Fatal(err)
	}
	in.Variables = map[string]string{"API_KEY": secret}
	servers, err := p.DatabaseServers(t.Context(), w.spec)
	if err != nil || len(servers) != 1 {
		t.Fatalf("%v, %v", servers, err)
	}
	_, _, login, err := p.registryLogin(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.store(t.Context(), w.spec, true)
	if err != nil {
		t.Fatal(err)
	}
	shown := told.String() + shownAs(in, &in, servers[0], &servers[0], s, s.failed("push", http.ErrServerClosed))
	for _, hidden := range []string{secret, servers[0].Password, login, testToken} {
		if hidden == "" || strings.Contains(shown, hidden) {
			t.Errorf("%q shows in %s", hidden, shown)
		}
	}
	for _, r := range w.cloud.Requests() {
		if strings.Contains(r.Path+r.Query, secret) {
			t.Errorf("%s %s has the secret in its address", r.Method, r.Path)
		}
	}
}
