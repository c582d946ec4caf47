package conformance

import (
	"io"
	"net/http"
	"testing"
	"time"

	"slipway/providers"
)

// delivered takes a platform through two releases and a broken one.
func delivered(t *testing.T, o Opened) {
	p := o.Provider.(providers.Platform)
	makeAll(t, p.Resources(o.Spec))
	makeAll(t, p.Deliveries(o.Spec, o.App))
	first := page(t, p, o.Spec)
	later := o.Again(t).(providers.Platform)
	for _, r := range later.Deliveries(o.Spec, o.App) {
		if found := look(t, r, time.Now()); !found.Holds {
			t.Errorf("%s does not hold for a run that lost the answer: %+v", r.Kind(), found)
		}
	}
	makeAll(t, later.Deliveries(o.Spec, o.Next))
	second := page(t, later, o.Spec)
	if first == second {
		t.Errorf("both releases answer %q", first)
	}
	if err := bring(t.Context(), later.Deliveries(o.Spec, o.Broken)); err == nil {
		t.Error("a broken release was delivered")
	}
	if still := page(t, later, o.Spec); still != second {
		t.Errorf("after a broken release it answers %q, want %q", still, second)
	}
	makeAll(t, later.Deliveries(o.Spec, o.App))
	if back := page(t, later, o.Spec); back != first {
		t.Errorf("after going back it answers %q, want %q", back, first)
	}
	if err := later.Destroy(t.Context(), o.Spec, quiet); err != nil {
		t.Errorf("Destroy: %v", err)
	}
	wantNone(t, o, o.Again(t))
}

// page is what a visitor gets at /.
func page(t *testing.T, p providers.Platform, spec providers.Spec) string {
	t.Helper()
	url, err := p.URL(t.Context(), spec)
	if err != nil {
		t.Fatalf("URL: %v", err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s answers with status %d, %v", url, response.StatusCode, err)
	}
	return string(body)
}
