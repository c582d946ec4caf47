package docker

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"slipway/providers"
)

// TestCommands: what runs before a release takes the traffic, with which data, and how
// often; and the processes beside it.
func TestCommands(t *testing.T) {
	w := newOpened(t)
	app := testApp("one")
	app.Variables = map[string]string{"SECRET": "s"}
	app.TestCommand = `test -e uploads/seed.txt && touch uploads/by-test && echo tested "$SECRET"`
	app.Init = "echo begun >>uploads/init"
	app.ReleaseCommand = "test ! -e uploads/by-test && echo x >>uploads/release"
	app.Processes = map[string]string{"worker": `echo works >>uploads/worker; exec sleep 600`, "none": "exit 1"}
	app.Counts = map[string]int{"worker": 2, "none": 0}
	var lines []string
	if _, err := w.deliver(t.Context(), app, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(lines, "tested s") {
		t.Errorf("what the tests print is not reported: %q", lines)
	}
	if names := w.running(t, roleProcess); !slices.Equal(names, []string{"-process-worker-one", "-process-worker-one-2"}) {
		t.Errorf("there is %v", names)
	}
	app.Release, app.Archive = "two", testApp("two").Archive
	app.Init = "exit 1 # it is there already"
	app.Counts = map[string]int{"none": 0}
	w.mustDeliver(t, app)
	if names := w.running(t, roleProcess); !slices.Equal(names, []string{"-process-worker-two"}) {
		t.Errorf("there is %v", names)
	}
	if changed := w.mustDeliver(t, app); len(changed) != 0 {
		t.Errorf("the same again changed %v", changed)
	}
	var seen inside
	if err := json.Unmarshal([]byte(w.get(t, "/inside")), &seen); err != nil || !slices.Equal(seen.Uploads, []string{"init", "release", "seed.txt", "worker"}) {
		t.Errorf("the data is %v, %v", seen.Uploads, err)
	}
	if names := w.running(t, roleOnce); len(names) > 0 {
		t.Errorf("commands left %v", names)
	}
}

// TestFails: each way in which a release fails says what failed with its last lines and
// what to do next, and leaves the release before in charge and nothing behind.
func TestFails(t *testing.T) {
	w := newOpened(t)
	w.mustDeliver(t, testApp("one"))
	for _, c := range []struct {
		name   string
		change func(app *providers.App)
		want   []string
	}{
		{"its tests fail", func(app *providers.App) { app.TestCommand = "echo 1 failed; exit 3" },
			[]string{"the test command failed with status 3: ", "1 failed"}},
		{"its release command fails", func(app *providers.App) { app.ReleaseCommand = "echo no such table >&2; exit 1" },
			[]string{"the release command failed with status 1: ", "no such table"}},
		{"it ends", func(app *providers.App) { app.Release = "broken"; app.Archive = testApp("broken").Archive },
			[]string{"the start of the release failed with status 1: the release did not answer at /: it ended with status 1; its last lines:", "this release can't start"}},
		{"it answers wrongly", func(app *providers.App) { app.Health = providers.Health{Path: "/x", Status: 204, Within: time.Second} },
			[]string{"the release answered with status 200 at /x, and 204 is wanted; its last lines:", "release two begins"}},
		{"it takes too much memory", func(app *providers.App) {
			app.ReleaseCommand = "echo begins; exec python3 -c 'print(len(b\"x\" * (2 << 30)))'"
		}, []string{"the release command failed with status 137: ", "begins", "memory"}},
	} {
		app := testApp("two")
		c.change(&app)
		changed, err := w.deliver(t.Context(), app, func(string) {})
		failed, ok := errors.AsType[*providers.Failed](err)
		if !ok || failed.Next == "" || !slices.Contains(changed, "app") {
			t.Errorf("%s: %v, %v", c.name, changed, err)
			continue
		}
		for _, text := range c.want {
			if !strings.Contains(failed.Error(), text) {
				t.Errorf("%s: %q is not in %q", c.name, text, failed)
			}
		}
		if page := w.get(t, "/"); page != "release one, secret " {
			t.Errorf("%s: it answers %q", c.name, page)
		}
		if names := w.running(t, ""); !slices.Equal(names, []string{"-front", "-web-one"}) {
			t.Errorf("%s: there is %v", c.name, names)
		}
	}
	app := testApp("two")
	app.Processes = map[string]string{"worker": "echo no broker; exit 5"}
	_, err := w.deliver(t.Context(), app, func(string) {})
	if failed, ok := errors.AsType[*providers.Failed](err); !ok || !strings.Contains(failed.Error(), "its process worker does not stay up; its last lines:\nno broker") {
		t.Errorf("a process that ends: %v", err)
	}
	if page := w.get(t, "/"); page != "release two, secret " {
		t.Errorf("a process that ends: it answers %q", page)
	}
}

// TestInterrupted: a run that is ended in the middle leaves nothing running that the next
// one does not take up or away, and the release before goes on.
func TestInterrupted(t *testing.T) {
	w := newOpened(t)
	w.mustDeliver(t, testApp("one"))
	for _, at := range []string{"Step 3/", "run the release command", "still running", "start release two"} {
		ctx, end := context.WithCancel(t.Context())
		app := testApp("two")
		app.ReleaseCommand = "echo still running; sleep 1"
		_, err := w.deliver(ctx, app, func(line string) {
			if strings.HasPrefix(line, at) {
				end()
			}
		})
		if ctx.Err() == nil {
			t.Errorf("nothing says %q", at)
		}
		end()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended at %q: %v", at, err)
		}
		if page := w.get(t, "/"); page != "release one, secret " {
			t.Errorf("ended at %q: it answers %q", at, page)
		}
	}
	w.mustDeliver(t, testApp("two"))
	if names := w.running(t, ""); !slices.Equal(names, []string{"-front", "-web-two"}) {
		t.Errorf("there is %v", names)
	}
}

// TestPrune: five releases that took traffic stay for a rollback, what never did goes,
// and Destroy leaves nothing at all of the deployment in the engine.
func TestPrune(t *testing.T) {
	w := newOpened(t)
	before := everything(t, w.in(t))
	for _, name := range []string{"r1", "r2", "broken", "r3", "r4", "r5", "r6", "r2"} {
		if _, err := w.deliver(t.Context(), testApp(name), func(string) {}); (err != nil) != (name == "broken") {
			t.Fatalf("%s: %v", name, err)
		}
	}
	d, ctx := w.in(t), t.Context()
	names, _, err := d.images(ctx)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	kept := strings.ReplaceAll(strings.Join(names, " "), w.spec.Tag+":", "")
	if want := "front r2 r3 r4 r5 r6 steps-1"; kept != want {
		t.Errorf("there is %s, want %s", kept, want)
	}
	if err := w.again().Destroy(ctx, w.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if after := everything(t, d); !slices.Equal(after, before) {
		t.Errorf("destroy left %v, and before there was %v", after, before)
	}
}

// everything lists the images and volumes of an engine, whosever they are.
func everything(t *testing.T, d deployment) []string {
	t.Helper()
	images, err := d.api.ImageList(t.Context(), client.ImageListOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	volumes, err := d.api.VolumeList(t.Context(), client.VolumeListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range images.Items {
		all = append(all, i.ID)
	}
	for _, v := range volumes.Items {
		all = append(all, v.Name)
	}
	slices.Sort(all)
	return all
}

// TestNobody: a visitor gets a status while no release answers, and the app once it is
// there again, at an address that nobody else has.
func TestNobody(t *testing.T) {
	w := newOpened(t)
	taken := w.in(t).places(t.Context())
	listener, err := net.Listen("tcp4", net.JoinHostPort(taken[0].address.String(), "80"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	w.mustDeliver(t, testApp("one"))
	url, err := w.again().URL(t.Context(), w.spec)
	if err != nil || url != taken[1].url() {
		t.Errorf("it answers at %s, want %s, %v", url, taken[1].url(), err)
	}
	d := w.in(t)
	if _, err := d.api.ContainerStop(t.Context(), webName(w.spec, "one"), client.ContainerStopOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := visit(t.Context(), url); err == nil || !strings.Contains(err.Error(), "status 502") {
		t.Errorf("without the app: %v", err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := visit(t.Context(), url)
		answered <- err
	}()
	if _, err := d.api.ContainerStart(t.Context(), webName(w.spec, "one"), client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("a visitor who came while it started: %v", err)
	}
}
