// Package conformance checks what every provider promises, whatever it is: it is
// the contract of package providers as a test. Each provider's own tests call
// [Run] with a world of its own: a simulated cloud, this computer, a real sshd.
//
// Every target: nothing is there before; what was made is found again by a later
// run, by its tag alone; an answer that was lost makes nothing twice; Destroy
// removes what carries the tag and nothing else, and can be repeated; everything
// ends with its context. A target with a server: it answers at one address. A
// target that takes an app as it is: visitors get the release that was delivered
// last, a delivery that fails leaves the one before in charge, and delivering the
// same release again changes nothing.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers"
)

// Opened is one provider on one world, with the deployment to try it with.
type Opened struct {
	// Provider is what is checked.
	Provider providers.Provider
	// Again returns another value for the same deployment, as a later run of
	// the command would make it: nothing is shared but the world.
	Again func(t testing.TB) providers.Provider
	// Spec is a deployment of which nothing exists yet.
	Spec providers.Spec
	// Kept are the kinds of resources that Destroy leaves, because they belong
	// to the computer or the account, not to the deployment: an image, say.
	Kept []string
	// App is a release for a [providers.Platform] to take, Next another one of the
	// same app, and Broken one that can't start. Providers with a server ignore
	// them.
	App, Next, Broken providers.App
	// Existing is set for a server that was there before and that Destroy
	// leaves: it answers and is listed at any time, whatever the tag.
	Existing bool
}

// Run takes a provider through the life of a deployment and back. open is
// called once for each part and starts from nothing each time.
func Run(t *testing.T, open func(t *testing.T) Opened) {
	parts := []part{
		{"nothing is there before", nothingBefore},
		{"made, looked at, found again, destroyed", wholeLife},
		{"an answer that was never recorded makes nothing twice", madeTwice},
		{"everything ends with its context", endsWithContext},
	}
	if _, ok := open(t).Provider.(providers.Platform); ok {
		parts = append(parts, part{"an app is delivered, replaced, and kept when the next one is broken", delivered})
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.run(t, open(t)) })
	}
}

// part is one promise.
type part struct {
	name string
	run  func(t *testing.T, o Opened)
}

func nothingBefore(t *testing.T, o Opened) {
	ctx := t.Context()
	if err := o.Provider.Check(ctx, o.Spec); err != nil {
		t.Fatalf("Check: %v", err)
	}
	wantNone(t, o, o.Provider)
	if err := o.Provider.Destroy(ctx, o.Spec, quiet); err != nil {
		t.Errorf("Destroy of nothing: %v", err)
	}
	seen := map[string]bool{}
	for _, r := range o.Provider.Resources(o.Spec) {
		if r.Kind() == "" || r.Kind() != strings.ToLower(r.Kind()) || strings.ContainsAny(r.Kind(), " \t") {
			t.Errorf("kind %q is not lower case without spaces", r.Kind())
		}
		if r.Title() == "" || r.Phase() == "" {
			t.Errorf("%s has no title or no phase", r.Kind())
		}
		seen[r.Kind()] = true
		found := look(t, r, time.Time{})
		if found.Holds && len(found.Changes) > 0 {
			t.Errorf("%s holds and would change something: %v", r.Kind(), found.Changes)
		}
		if !found.Holds && len(found.Changes) == 0 && !kept(o, r.Kind()) {
			t.Errorf("%s does not hold and says nothing of what it would do", r.Kind())
		}
	}
	if len(seen) == 0 {
		t.Error("no resources")
	}
}

func wholeLife(t *testing.T, o Opened) {
	ctx := t.Context()
	makeAll(t, o.Provider.Resources(o.Spec))
	answers := whereItAnswers(t, o.Provider, o.Spec)
	later := o.Again(t)
	for _, r := range later.Resources(o.Spec) {
		if found := look(t, r, time.Time{}); !found.Holds {
			t.Errorf("%s does not hold for a later run: %+v", r.Kind(), found)
		}
	}
	if same := whereItAnswers(t, later, o.Spec); same != answers {
		t.Errorf("a later run finds it at %s, want %s", same, answers)
	}
	own := o.Existing || slices.ContainsFunc(later.Resources(o.Spec), func(r providers.Resource) bool { return !kept(o, r.Kind()) })
	if held, err := later.Holdings(ctx, o.Spec); err != nil || own != (len(held) > 0) {
		t.Errorf("Holdings = %v, %v; want something: %v", held, err, own)
	}
	if !o.Existing {
		leavesOthers(t, o, later, answers)
	}
	var lines []string
	if err := o.Again(t).Destroy(ctx, o.Spec, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatalf("Destroy: %v", err)
	}
	if own != (len(lines) > 0) {
		t.Errorf("Destroy reported %q", lines)
	}
	last := o.Again(t)
	if err := last.Destroy(ctx, o.Spec, quiet); err != nil {
		t.Errorf("Destroy again: %v", err)
	}
	wantNone(t, o, last)
}

// whereItAnswers is where the target answers, in words that can be compared; it
// is empty for a platform, which answers only once it has an app.
func whereItAnswers(t *testing.T, p providers.Provider, spec providers.Spec) string {
	t.Helper()
	host, ok := p.(providers.ServerProvider)
	if !ok {
		return ""
	}
	server, err := host.Server(t.Context(), spec)
	if err != nil || server.Address == "" || server.Port == 0 {
		t.Fatalf("Server = %+v, %v", server, err)
	}
	return fmt.Sprintf("%+v", server)
}

// leavesOthers tries a tag that is not the deployment's.
func leavesOthers(t *testing.T, o Opened, later providers.Provider, answers string) {
	t.Helper()
	ctx := t.Context()
	other := o.Spec
	other.Name, other.Tag = other.Name+"x", other.Tag+"x"
	if held, err := later.Holdings(ctx, other); err != nil || len(held) != 0 {
		t.Errorf("Holdings of another tag = %v, %v; want none", held, err)
	}
	if err := later.Destroy(ctx, other, quiet); err != nil {
		t.Errorf("Destroy of another tag: %v", err)
	}
	if same := whereItAnswers(t, later, o.Spec); same != answers {
		t.Errorf("after another tag was destroyed it answers at %s, want %s", same, answers)
	}
}

// wantNone checks that nothing is there, but for a server that always is.
func wantNone(t *testing.T, o Opened, p providers.Provider) {
	t.Helper()
	if o.Existing {
		whereItAnswers(t, p, o.Spec)
		wantHoldings(t, o, p, 1)
		return
	}
	switch target := p.(type) {
	case providers.ServerProvider:
		if _, err := target.Server(t.Context(), o.Spec); !errors.Is(err, providers.ErrNoServer) {
			t.Errorf("Server: got %v, want ErrNoServer", err)
		}
	case providers.Platform:
		if _, err := target.URL(t.Context(), o.Spec); !errors.Is(err, providers.ErrNoApp) {
			t.Errorf("URL: got %v, want ErrNoApp", err)
		}
	default:
		t.Fatalf("%s is neither a ServerProvider nor a Platform", p.Name())
	}
	wantHoldings(t, o, p, 0)
}

func madeTwice(t *testing.T, o Opened) {
	makeAll(t, o.Provider.Resources(o.Spec))
	before, err := o.Provider.Holdings(t.Context(), o.Spec)
	if err != nil {
		t.Fatal(err)
	}
	later := o.Again(t)
	// The earlier run may have died before it recorded any answer.
	asked := time.Now()
	for _, r := range later.Resources(o.Spec) {
		if found := look(t, r, asked); !found.Holds {
			t.Errorf("%s does not hold for a run that lost the answer: %+v", r.Kind(), found)
		}
	}
	wantHoldings(t, o, later, len(before))
	if err := later.Destroy(t.Context(), o.Spec, quiet); err != nil {
		t.Errorf("Destroy: %v", err)
	}
}

func endsWithContext(t *testing.T, o Opened) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range o.Provider.Resources(o.Spec) {
		if _, err := r.Look(over, time.Time{}); err == nil {
			// A look that asks nobody may answer; a make may not go on.
			t.Logf("%s answers a look though the context ended", r.Kind())
		}
		if found := look(t, r, time.Time{}); found.Holds {
			continue
		}
		if err := r.Make(over, quiet); err == nil {
			t.Errorf("Make of %s ignores that its context ended", r.Kind())
		}
		if err := r.Make(t.Context(), quiet); err != nil {
			t.Fatalf("Make of %s after one that was cancelled: %v", r.Kind(), err)
		}
	}
	if err := o.Provider.Destroy(over, o.Spec, quiet); err == nil {
		t.Error("Destroy ignores that its context ended")
	}
	if err := o.Provider.Destroy(t.Context(), o.Spec, quiet); err != nil {
		t.Errorf("Destroy: %v", err)
	}
}

// makeAll does what the engine does: look, make, look again.
func makeAll(t *testing.T, resources []providers.Resource) {
	t.Helper()
	if err := bring(t.Context(), resources); err != nil {
		t.Fatal(err)
	}
}

// bring makes resources in order, up to the first that fails.
func bring(ctx context.Context, resources []providers.Resource) error {
	for _, r := range resources {
		found, err := r.Look(ctx, time.Time{})
		if err != nil {
			return fmt.Errorf("look at %s: %w", r.Kind(), err)
		}
		if found.Holds {
			continue
		}
		if err := r.Make(ctx, quiet); err != nil {
			return fmt.Errorf("make %s: %w", r.Kind(), err)
		}
		if found, err = r.Look(ctx, time.Time{}); err != nil {
			return fmt.Errorf("look at %s after Make: %w", r.Kind(), err)
		}
		if !found.Holds {
			return fmt.Errorf("%s does not hold after Make: %+v", r.Kind(), found)
		}
	}
	return nil
}

func look(t *testing.T, r providers.Resource, asked time.Time) providers.Finding {
	t.Helper()
	found, err := r.Look(t.Context(), asked)
	if err != nil {
		t.Fatalf("Look of %s: %v", r.Kind(), err)
	}
	return found
}

func kept(o Opened, kind string) bool {
	return slices.Contains(o.Kept, kind)
}

func wantHoldings(t *testing.T, o Opened, p providers.Provider, want int) {
	t.Helper()
	held, err := p.Holdings(t.Context(), o.Spec)
	if err != nil {
		t.Fatalf("Holdings: %v", err)
	}
	if len(held) != want {
		t.Errorf("Holdings = %+v, want %d", held, want)
	}
}

func quiet(string) {}
