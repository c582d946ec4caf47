package digitalocean

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

const (
	small  = "s-1vcpu-512mb-10gb"
	bigger = "s-1vcpu-2gb"
)

// running is a deployment whose droplet is there, in a cloud where actions take time.
func running(t *testing.T, size string) (d *deployment, id int) {
	t.Helper()
	d = newDeployment(t, fakecloud.Faults{}, func(o *fakecloud.Options) { o.ActionTime, o.Limits = 15*time.Second, fakecloud.Limits{} })
	d.spec.Size, d.spec.Region = size, "fra1"
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.Fields(d.cloud.Contents().Droplets[0])[0])
	if err != nil {
		t.Fatal(err)
	}
	return d, id
}

// resizes is whole run: what is refused before, the droplet, and a second look at it.
func (d *deployment) resizes() error {
	p := d.open()
	if err := p.Check(d.t.Context(), d.spec); err != nil {
		return err
	}
	return step(d.t.Context(), d.resource(p, "droplet"), time.Time{})
}

// isOn checks that the droplet is one, on, of that size and with that disk.
func (d *deployment) isOn(id int, size string, diskGB int) {
	d.t.Helper()
	d.oneDroplet()
	if got, want := d.cloud.Power(id), (fakecloud.Power{Size: size, DiskGB: diskGB}); got != want {
		d.t.Errorf("the droplet is %+v, want %+v", got, want)
	}
}

func TestResizeThereAndBack(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	for n, size := range []string{bigger, small} {
		d.spec.Size = size
		if err := d.resizes(); err != nil {
			t.Fatal(err)
		}
		d.isOn(id, size, 10)
		for _, kind := range []string{"shutdown", "resize", "power_on"} {
			if got := d.cloud.Done(id, kind); got != n+1 {
				t.Errorf("%d times %s, want %d", got, kind, n+1)
			}
		}
		d.cloud.ForgetRequests()
		if err := d.resizes(); err != nil {
			t.Fatal(err)
		}
		d.onlyGETs()
	}
	if n := d.cloud.Done(id, "power_off"); n != 0 {
		t.Errorf("its power was cut %d times", n)
	}
}

func TestResizeIsAChangeInThePlan(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	d.spec.Size = bigger
	look := func() providers.Change {
		t.Helper()
		found, err := d.resource(d.open(), "droplet").Look(t.Context(), time.Time{})
		if err != nil || len(found.Changes) != 1 {
			t.Fatalf("Look = %+v, %v; want one change", found, err)
		}
		return found.Changes[0]
	}
	says := func(c providers.Change, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(c.What+": "+c.Why, w) {
				t.Errorf("%q does not say %q", c.What+": "+c.Why, w)
			}
		}
	}
	c := look()
	says(c, fmt.Sprintf("resize droplet %d from s-1vcpu-512mb-10gb ($4.00 a month) to s-1vcpu-2gb", id), "2048 MB", "stays at 10 GB, so it can go back", "one to two minutes")
	if c.Monthly != 12 {
		t.Errorf("it costs $%v a month, want 12", c.Monthly)
	}
	d.options.GrowDisk = true
	says(look(), "grows from 10 GB to 50 GB for good")
	d.options.GrowDisk = false
	if err := d.resizes(); err != nil {
		t.Fatal(err)
	}
	d.spec.Size = small
	says(look(), "about 1m", "as last time")
	d.cloud.ForgetRequests()
	look()
	d.onlyGETs()
	held, err := d.open().Holdings(t.Context(), d.spec)
	if err != nil || !slices.ContainsFunc(held, func(h providers.Holding) bool { return h.Monthly == 12 && strings.HasPrefix(h.Detail, bigger) }) {
		t.Errorf("Holdings = %+v, %v; want the new size and its price", held, err)
	}
}

func TestResizeWithBackupsCostsAFifthMore(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.options.Backups, d.spec.Size = providers.On, small
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.spec.Size = bigger
	found, err := d.resource(d.open(), "droplet").Look(t.Context(), time.Time{})
	if err != nil || found.Changes[0].Monthly != 14.40 || !strings.Contains(found.Changes[0].What, "$4.80") {
		t.Errorf("Look = %+v, %v; want $4.80 to become $14.40", found, err)
	}
}

func TestGrownDiskStays(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	d.spec.Size, d.options.GrowDisk = bigger, true
	if err := d.resizes(); err != nil {
		t.Fatal(err)
	}
	d.isOn(id, bigger, 50)
	d.spec.Size, d.options.GrowDisk = small, false
	d.cloud.ForgetRequests()
	err := d.resizes()
	if kind, next := classOf(err); kind != usage || !strings.Contains(err.Error(), "a disk can't get smaller") || !strings.Contains(next, "s-1vcpu-2gb") || strings.Contains(next, "s-1vcpu-1gb,") {
		t.Errorf("%v is %s with %q; want a refusal that names sizes with such a disk", err, kind, next)
	}
	d.onlyGETs()
	d.isOn(id, bigger, 50)
}

// TestGrowDiskLater grows the disk of a droplet that was resized without.
func TestGrowDiskLater(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	d.spec.Size = bigger
	if err := d.resizes(); err != nil {
		t.Fatal(err)
	}
	d.options.GrowDisk = true
	if err := d.resizes(); err != nil {
		t.Fatal(err)
	}
	d.isOn(id, bigger, 50)
}

// TestResizeIsRefusedBeforeAnythingStops: nothing but GETs is sent.
func TestResizeIsRefusedBeforeAnythingStops(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, says, unlisted string }{
		{"a smaller disk", "s-1vcpu-1gb", small, "has a disk of 25 GB, the size s-1vcpu-512mb-10gb has 10", ""},
		{"no such size", small, "xxl", `no droplet size "xxl"`, ""},
		{"not sold anywhere", small, "g-2vcpu-8gb", "not sold in fra1", ""},
		{"sold out", small, bigger, "not sold in fra1", bigger},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, id := running(t, c.from)
			d.cloud.SetFaults(fakecloud.Faults{UnlistedSize: c.unlisted})
			d.cloud.ForgetRequests()
			d.spec.Size = c.to
			before := d.cloud.Power(id)
			p := d.open()
			_, lookErr := d.resource(p, "droplet").Look(t.Context(), time.Time{})
			for _, err := range []error{p.Check(t.Context(), d.spec), lookErr, d.resource(p, "droplet").Make(t.Context(), func(string) {})} {
				if kind, next := classOf(err); kind != usage || !strings.Contains(err.Error(), c.says) || !strings.Contains(next, "--size") {
					t.Errorf("%v is %s with %q, want a usage error that says %q", err, kind, next, c.says)
				}
			}
			d.onlyGETs()
			d.isOn(id, before.Size, before.DiskGB)
		})
	}
}

func TestResizeToGPUsIsRefused(t *testing.T) {
	t.Parallel()
	d, _ := running(t, small)
	p := d.open()
	sale, err := p.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sale.Sizes = append(sale.Sizes, Size{Slug: "gpu-l40sx1-48gb", DiskGB: 500, GPU: true, Regions: []string{"fra1"}})
	p.catalog, d.spec.Size = &sale, "gpu-l40sx1-48gb"
	err = p.Check(t.Context(), d.spec)
	if kind, next := classOf(err); kind != usage || !strings.Contains(err.Error(), "GPU") || !strings.Contains(next, "--size") {
		t.Errorf("%v is %s with %q, want a usage error", err, kind, next)
	}
}

// TestSizeOfAnEarlierRunStopsNothing: a droplet that its owner resized keeps its size.
func TestSizeOfAnEarlierRunStopsNothing(t *testing.T) {
	t.Parallel()
	d, id := running(t, small)
	d.spec.Size = bigger
	d.spec.KeepSize = true
	d.spec.Asked = map[string]time.Time{"droplet": d.clock.Now()} // a resize that was given up
	d.cloud.ForgetRequests()
	found, err := d.resource(d.open(), "droplet").Look(t.Context(), time.Time{})
	if err != nil || !found.Holds || len(found.Notes) != 1 || !strings.Contains(found.Notes[0], "--size "+bigger) {
		t.Errorf("Look = %+v, %v; want it to hold, with a note", found, err)
	}
	if err := d.resizes(); err != nil {
		t.Error(err)
	}
	d.onlyGETs()
	d.isOn(id, small, 10)
	// A run that was killed while the droplet was off is continued.
	d.cloud.PowerOff(id)
	if err := d.resizes(); err != nil {
		t.Error(err)
	}
	d.isOn(id, bigger, 10)
}

// resizeFaults are what may go wrong with a resize, and the size that the droplet has in
// the end; it is on in any case.
var resizeFaults = []struct {
	name   string
	faults fakecloud.Faults
	ends   string
	// fails is what an error of it says, and its kind; empty if none is to come.
	fails string
	kind  class
}{
	{"it does not listen", fakecloud.Faults{ShutdownHangs: true}, bigger, "", ""},
	{"actions show late", fakecloud.Faults{ActionLag: 8 * time.Second}, bigger, "", ""},
	{"the size shows late", fakecloud.Faults{SizeLag: 8 * time.Second}, bigger, "", ""},
	{"a pending event", fakecloud.Faults{PendingOnAction: 40 * time.Second}, bigger, "", ""},
	{"the shutdown's answer is lost", fakecloud.Faults{LostAction: "shutdown"}, bigger, "", ""},
	{"the shutdown is lost", fakecloud.Faults{DeafAction: "shutdown"}, bigger, "", ""},
	{"the resize's answer is lost", fakecloud.Faults{LostAction: "resize"}, bigger, "", ""},
	{"the resize's answer is lost, actions show late", fakecloud.Faults{LostAction: "resize", ActionLag: 8 * time.Second}, bigger, "", ""},
	{"the resize is lost", fakecloud.Faults{DeafAction: "resize"}, bigger, "", ""},
	{"the answer of turning on is lost", fakecloud.Faults{LostAction: "power_on"}, bigger, "", ""},
	{"turning on is lost", fakecloud.Faults{DeafAction: "power_on"}, bigger, "", ""},
	{"turning on fails twice", fakecloud.Faults{PowerOnErrored: 2}, bigger, "", ""},
	{"reads fail", fakecloud.Faults{BrokenReads: 3, DroppedReads: 3, NotFoundReads: 3}, bigger, "", ""},
	{"the resize fails", fakecloud.Faults{ResizeErrored: 1}, small, "errored", failed},
	{"the resize fails, then turning on", fakecloud.Faults{ResizeErrored: 1, PowerOnErrored: 1}, small, "errored", failed},
	{"sold out since", fakecloud.Faults{SoldOutSize: bigger}, small, "not sold in this region", usage},
	{"no room", fakecloud.Faults{NoRoom: true}, small, "no room for that size", refused},
	{"a scope is missing", fakecloud.Faults{MissingScope: "droplet:update"}, small, "scope droplet:update", refused},
}

func TestResizeFaults(t *testing.T) {
	t.Parallel()
	for _, f := range resizeFaults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			d, id := running(t, small)
			d.spec.Size = bigger
			d.cloud.SetFaults(f.faults)
			err := d.resizes()
			switch kind, _ := classOf(err); {
			case f.fails == "" && err != nil:
				t.Error(err)
			case f.fails != "" && (err == nil || kind != f.kind || !strings.Contains(err.Error(), f.fails)):
				t.Errorf("%v is %s, want %s that says %q", err, kind, f.kind, f.fails)
			case f.fails != "" && d.cloud.Done(id, "shutdown") > 0 && !strings.Contains(err.Error(), "is on again with the size that it had"):
				t.Errorf("%q does not say that the droplet is on again", err)
			}
			d.isOn(id, f.ends, 10)
			if n := d.cloud.Done(id, "resize"); n > 1 {
				t.Errorf("it was resized %d times", n)
			}
		})
	}
}
