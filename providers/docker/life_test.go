package docker

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"slipway/providers"
)

// deliver does what the engine of a run does, up to the first error, and returns the
// kinds of what was changed.
func (w opened) deliver(ctx context.Context, app providers.App, report func(string)) ([]string, error) {
	p := w.again()
	var changed []string
	for _, r := range append(p.Resources(w.spec), p.Deliveries(w.spec, app)...) {
		found, err := r.Look(ctx, time.Time{})
		if err != nil {
			return changed, err
		}
		if found.Holds {
			continue
		}
		changed = append(changed, r.Kind())
		if err := r.Make(ctx, report); err != nil {
			return changed, err
		}
		if found, err = r.Look(ctx, time.Time{}); err != nil || !found.Holds {
			return changed, fmt.Errorf("%s does not hold after Make: %+v, %w", r.Kind(), found, err)
		}
	}
	return changed, nil
}

func (w opened) mustDeliver(t *testing.T, app providers.App) []string {
	t.Helper()
	changed, err := w.deliver(t.Context(), app, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// get is what a visitor gets.
func (w opened) get(t *testing.T, path string) string {
	t.Helper()
	url, err := w.again().URL(t.Context(), w.spec)
	if err != nil {
		t.Fatal(err)
	}
	text, err := visit(t.Context(), url+path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func visit(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s", answer.StatusCode, text)
	}
	return string(text), err
}

// running are the names of the deployment's containers in a role.
func (w opened) running(t *testing.T, as role) []string {
	t.Helper()
	all, err := w.in(t).containers(t.Context(), as)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range all {
		names = append(names, strings.TrimPrefix(nameOf(c), w.spec.Tag))
	}
	slices.Sort(names)
	return names
}

// inside is what the app in testdata tells of how it runs.
type inside struct {
	UID          int
	Capabilities string
	NoNewPrivs   string `json:"no_new_privs"`
	Writable     bool
	Releases     []string
	Uploads      []string
}

// TestConfined: what an app may do in its container, and where its secrets are.
func TestConfined(t *testing.T) {
	w := newOpened(t)
	app := testApp("one")
	app.Variables = map[string]string{"SECRET": "x=1,2", "DATABASE_URL": "postgresql://u:p@h/d"}
	w.mustDeliver(t, app)
	var seen inside
	if err := json.Unmarshal([]byte(w.get(t, "/inside")), &seen); err != nil {
		t.Fatal(err)
	}
	if seen.UID != 10001 || strings.Trim(seen.Capabilities, "0") != "" || seen.NoNewPrivs != "1" || seen.Writable {
		t.Errorf("the app runs as %+v", seen)
	}
	if strings.Join(seen.Uploads, " ") != "seed.txt" {
		t.Errorf("its data does not begin with what the image has: %v", seen.Uploads)
	}
	d := w.in(t)
	image, err := d.api.ImageInspect(t.Context(), imageName(w.spec, "one"))
	if text := fmt.Sprintf("%+v", image.Config); err != nil || strings.Contains(text, "x=1,2") || strings.Contains(text, "u:p@h") {
		t.Errorf("the image has a secret: %s, %v", text, err)
	}
	c, _, err := d.inspect(t.Context(), webName(w.spec, "one"))
	if err != nil {
		t.Fatal(err)
	}
	if h := c.HostConfig; h.Memory != defaultMemory || h.PidsLimit == nil || *h.PidsLimit != pidsLimit || h.RestartPolicy.Name != "unless-stopped" {
		t.Errorf("its limits are %+v", h.Resources)
	}
	if text := fmt.Sprint(c.Config.Labels, c.Config.Cmd, c.Config.Entrypoint); strings.Contains(text, "x=1,2") {
		t.Errorf("a secret stands in %s", text)
	}
}

// TestVariables: what was given before stays, and a change of it alone makes no image.
func TestVariables(t *testing.T) {
	w := newOpened(t)
	app := testApp("one")
	app.Variables = map[string]string{"SECRET": "first", "OTHER": "1"}
	w.mustDeliver(t, app)
	app.Variables = nil
	if changed := w.mustDeliver(t, app); len(changed) != 0 {
		t.Errorf("the same again changed %v", changed)
	}
	app.Variables, app.Unset = map[string]string{"SECRET": "second"}, []string{"OTHER"}
	if changed := w.mustDeliver(t, app); !slices.Equal(changed, []string{"app"}) {
		t.Errorf("other variables changed %v", changed)
	}
	if page := w.get(t, "/"); page != "release one, secret second" {
		t.Errorf("it answers %q", page)
	}
	if names := w.running(t, roleWeb); !slices.Equal(names, []string{"-web-one-2"}) {
		t.Errorf("there is %v", names)
	}
	now, found, err := w.in(t).current(t.Context())
	if want := map[string]string{"SECRET": "second"}; err != nil || !found || !maps.Equal(now.variables, want) {
		t.Errorf("got %v, %v", now.variables, err)
	}
	next := testApp("two")
	w.mustDeliver(t, next)
	if page := w.get(t, "/"); page != "release two, secret second" {
		t.Errorf("the next release answers %q", page)
	}
}

// TestSwitch: visitors notice nothing of a new release, also those whose request takes
// long, and the data goes on.
func TestSwitch(t *testing.T) {
	w := newOpened(t)
	w.mustDeliver(t, testApp("one"))
	url, err := w.again().URL(t.Context(), w.spec)
	if err != nil {
		t.Fatal(err)
	}
	load, end := context.WithCancel(t.Context())
	failed, count := make(chan error, 64), 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for load.Err() == nil {
			if _, err := visit(t.Context(), url); err != nil {
				failed <- err
				return
			}
			count++
		}
	}()
	slow := make(chan error, 1)
	go func() {
		for load.Err() == nil {
			if _, err := visit(t.Context(), url+"/slow"); err != nil {
				slow <- err
				return
			}
		}
		slow <- nil
	}()
	w.mustDeliver(t, testApp("two"))
	w.mustDeliver(t, testApp("one"))
	end()
	<-ended
	select {
	case err := <-failed:
		t.Errorf("a request failed: %v", err)
	default:
	}
	if err := <-slow; err != nil {
		t.Errorf("a request that takes long failed: %v", err)
	}
	if count < 100 {
		t.Errorf("only %d requests were answered", count)
	}
	var seen inside
	if err := json.Unmarshal([]byte(w.get(t, "/inside")), &seen); err != nil || strings.Join(seen.Releases, " ") != "one two one" {
		t.Errorf("its data is %v, %v", seen.Releases, err)
	}
	served, err := w.in(t).served(t.Context())
	if err != nil || len(served) != 3 || served[1].Name != "two" || time.Since(served[1].Served) > time.Hour {
		t.Errorf("served: %+v, %v", served, err)
	}
}

// TestLeftovers: what a run left behind that was killed is removed, and no more; a front
// that somebody removed or stopped comes back at the same address.
func TestLeftovers(t *testing.T) {
	w := newOpened(t)
	app := testApp("one")
	app.Processes = map[string]string{"worker": "exec sleep 600"}
	app.Variables = map[string]string{"SECRET": "kept"}
	w.mustDeliver(t, app)
	app.Variables = nil
	d, ctx := w.in(t), t.Context()
	url, err := w.again().URL(ctx, w.spec)
	if err != nil {
		t.Fatal(err)
	}
	one, _, err := d.current(ctx)
	if err != nil {
		t.Fatal(err)
	}
	removed := func(name string) {
		t.Helper()
		if err := d.remove(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	started := func(name string, as role, process string, words ...string) {
		t.Helper()
		if _, err := d.start(ctx, name, d.container(one, as, process, words...)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		harm func()
		want []string
	}{
		{"a release that never took over", func() { started(webName(w.spec, "died"), roleWeb, "") }, []string{"-front", "-process-worker-one", "-web-one"}},
		{"a command", func() { started(d.onceName(), roleOnce, "", "sleep", "600") }, []string{"-front", "-process-worker-one", "-web-one"}},
		{"no process", func() { removed(processName(w.spec, "worker", "one")) }, []string{"-front", "-process-worker-one", "-web-one"}},
		{"a process too many", func() { started(w.spec.Tag+"-process-x", roleProcess, "x", "sleep", "600") }, []string{"-front", "-process-worker-one", "-web-one"}},
		{"no web app", func() { removed(webName(w.spec, "one")) }, []string{"-front", "-process-worker-one", "-web-one"}},
		{"no front", func() { removed(frontName(w.spec)) }, []string{"-front", "-process-worker-one", "-web-one-2"}},
	} {
		c.harm()
		if changed := w.mustDeliver(t, app); !slices.Equal(changed, []string{"app"}) {
			t.Errorf("%s: changed %v", c.name, changed)
		}
		if names := w.running(t, ""); !slices.Equal(names, c.want) {
			t.Errorf("%s: there is %v", c.name, names)
		}
		if same, err := w.again().URL(ctx, w.spec); err != nil || same != url || w.get(t, "/") != "release one, secret kept" {
			t.Errorf("%s: it answers at %s, want %s, %v", c.name, same, url, err)
		}
	}
	if _, err := d.api.ContainerStop(ctx, frontName(w.spec), client.ContainerStopOptions{}); err != nil {
		t.Fatal(err)
	}
	w.mustDeliver(t, app)
	if w.get(t, "/") == "" {
		t.Error("a front that was stopped does not answer again")
	}
}
