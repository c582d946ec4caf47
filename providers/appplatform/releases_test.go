package appplatform

import (
	"fmt"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

func (w *world) three() {
	w.t.Helper()
	for _, name := range []string{"one", "two", "three"} {
		w.must(release(name))
	}
}

func names(releases []providers.Release) string {
	text := ""
	for _, r := range releases {
		text += r.Name + " "
		if r.Current {
			text += "(current) "
		}
	}
	return text
}

func TestRollBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.three()
	w.cloud.SetFaults(fakecloud.Faults{Unhealthy: 1})
	if err := w.deploy(w.open(), release("broken")); err == nil {
		t.Error("a broken release was delivered")
	}
	list, err := w.open().Releases(t.Context(), w.spec)
	if err != nil || names(list) != "three (current) two one " {
		t.Errorf("releases: %s, %v", names(list), err)
	}
	if err := w.open().RollBack(t.Context(), w.spec, "one", func(string) {}); err != nil {
		t.Fatal(err)
	}
	if now := w.current(); now != "one" {
		t.Errorf("%s has the traffic", now)
	}
	list, err = w.open().Releases(t.Context(), w.spec)
	if err != nil || names(list) != "one (current) three two " {
		t.Errorf("releases: %s, %v", names(list), err)
	}
	w.must(release("four")) // the way is free
	says[*providers.Usage](t, w.open().RollBack(t.Context(), w.spec, "none", func(string) {}), "four, one, three, two", "no release none")
	if err := w.open().RollBack(t.Context(), w.spec, "four", func(string) {}); err != nil {
		t.Errorf("to the current one: %v", err)
	}
}

// TestRollBackThatFails: a release that does not come up leaves the current one in charge
// and the way free.
func TestRollBackThatFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.three()
	w.cloud.SetFaults(fakecloud.Faults{Unhealthy: 1})
	says[*providers.Failed](t, w.open().RollBack(t.Context(), w.spec, "one", func(string) {}), "mend", "did not become healthy")
	if now := w.current(); now != "three" {
		t.Errorf("%s has the traffic", now)
	}
	w.must(release("four"))
	if w.posts("/v2/apps/"+w.id()+"/rollback/revert") != 1 {
		t.Error("the rollback was not reverted")
	}
}

func TestRollBackWithLostAnswers(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{"lost": {DropAfter: "apps"}, "500": {ErrorAfter: "apps"}, "torn": {TornAfter: "apps"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fakecloud.Faults{})
			w.three()
			w.cloud.SetFaults(faults)
			if err := w.open().RollBack(t.Context(), w.spec, "one", func(string) {}); err != nil {
				t.Fatal(err)
			}
			if now, n := w.current(), w.posts("/v2/apps/"+w.id()+"/rollback"); now != "one" || n != 1 {
				t.Errorf("%s has the traffic after %d calls", now, n)
			}
			w.must(release("four"))
		})
	}
}

// TestARollbackThatWasKilled: the next deployment ends it first.
func TestARollbackThatWasKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.three()
	p := w.open()
	all, err := p.deployments(t.Context(), w.id())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.call(t.Context(), w.id(), "rollback", rollbackRequest{all[2].ID}, nil); err != nil {
		t.Fatal(err)
	}
	w.must(release("four"))
	if now := w.current(); now != "four" {
		t.Errorf("%s has the traffic", now)
	}
	if n := w.posts("/v2/apps/" + w.id() + "/rollback/commit"); n != 1 {
		t.Errorf("it was committed %d times", n)
	}
}

// TestOldImagesGo: the registry keeps the images of the releases to which the app can go
// back, and those only.
func TestOldImagesGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	for n := range mostBack + 3 {
		w.must(release(fmt.Sprintf("r%d", n)))
	}
	list, err := w.open().Releases(t.Context(), w.spec)
	if err != nil || len(list) != mostBack || !list[0].Current {
		t.Errorf("releases: %s, %v", names(list), err)
	}
	_, images, err := w.open().manifests(t.Context(), w.spec)
	if err != nil || len(images) != mostBack {
		t.Errorf("%d images, %v", len(images), err)
	}
	if err := w.open().RollBack(t.Context(), w.spec, list[mostBack-1].Name, func(string) {}); err != nil {
		t.Errorf("to the oldest: %v", err)
	}
}
