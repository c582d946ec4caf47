package appplatform

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
)

// TestDomainThatLedElsewhere has domains lead to the app that led to a droplet before: each by
// one kind of record, and without a record that leads elsewhere.
func TestDomainThatLedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.cloud.AddDomain("example.com")
	for _, record := range [][2]string{{"A", "192.0.2.1"}, {"AAAA", "2001:db8::1"}} {
		w.cloud.AddRecord("example.com", record[0], "shop", record[1])
		w.cloud.AddRecord("example.com", record[0], "@", record[1])
		w.cloud.AddRecord("example.com", record[0], "other", record[1])
	}
	w.must(release("one"))
	w.domains = []string{"shop.example.com", "example.com"}
	w.must(release("one"))
	app, err := w.open().serving(t.Context(), w.spec)
	if err != nil {
		t.Fatal(err)
	}
	records := w.cloud.Contents().Records
	slices.Sort(records)
	want := []string{"A @.example.com 162.159.140.98", "A @.example.com 172.66.0.96", "A other.example.com 192.0.2.1", "AAAA other.example.com 2001:db8::1",
		"CNAME shop.example.com " + hostOf(app.DefaultIngress) + "."}
	if !slices.Equal(records, want) {
		t.Errorf("the records are\n%s\nwant\n%s", strings.Join(records, "\n"), strings.Join(want, "\n"))
	}
	domains, err := w.open().Domains(t.Context(), w.spec)
	if err != nil || len(domains) != 2 || !domains[0].Leads || !domains[1].Leads {
		t.Errorf("%+v, %v", domains, err)
	}
	for _, r := range w.open().Deliveries(w.spec, release("one")) {
		if found, err := r.Look(t.Context(), time.Time{}); err != nil || !found.Holds {
			t.Errorf("a second run finds %+v, %v", found, err)
		}
	}
	if err := w.open().Destroy(t.Context(), w.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left := w.cloud.Contents().Records; len(left) != 2 {
		t.Errorf("after destroy there is %v", left)
	}
}

// TestSeveralRecordsElsewhere leaves records alone that somebody made on purpose.
func TestSeveralRecordsElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.cloud.AddDomain("example.com")
	w.cloud.AddRecord("example.com", "A", "shop", "192.0.2.1")
	w.cloud.AddRecord("example.com", "A", "shop", "192.0.2.2")
	w.domains = []string{"shop.example.com"}
	if err := w.deploy(w.open(), release("one")); err == nil || !strings.Contains(err.Error(), "2 A records that point elsewhere") {
		t.Errorf("%v", err)
	}
	if left := w.cloud.Contents().Records; len(left) != 2 {
		t.Errorf("there is %v", left)
	}
}

// TestLeaveDomains gives the records up: neither what App Platform does next nor destroy takes
// them back, or away from whoever has them then.
func TestLeaveDomains(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fakecloud.Faults{})
	w.cloud.AddDomain("example.com")
	w.domains = []string{"shop.example.com", "example.com"}
	first := release("one")
	first.ReleaseCommand = "python tables.py"
	w.must(first)
	if n := len(w.cloud.Contents().Records); n != 3 {
		t.Fatalf("App Platform made %v", w.cloud.Contents().Records)
	}
	for range 2 {
		if err := w.open().LeaveDomains(t.Context(), w.spec, func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	spec := w.live()
	if len(spec.Domains) != 2 || spec.Domains[0].Zone+spec.Domains[1].Zone != "" || len(spec.Jobs) != 0 || variableOf(spec, ReleaseVariable) != "one" {
		t.Errorf("the app runs by %+v", spec)
	}
	w.cloud.AddRecord("example.com", "A", "shop", "192.0.2.7")
	w.cloud.AddRecord("example.com", "A", "@", "192.0.2.7")
	if err := w.open().Destroy(t.Context(), w.spec, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if left := w.cloud.Contents().Records; len(left) != 2 {
		t.Errorf("after destroy there is %v", left)
	}
}
