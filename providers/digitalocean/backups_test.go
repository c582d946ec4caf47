package digitalocean

import (
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

// dropletNow is the deployment's droplet's number.
func (d *deployment) dropletNow() int {
	d.t.Helper()
	first, err := d.open().firstDroplet(d.t.Context(), d.spec)
	if err != nil || first == nil {
		d.t.Fatalf("there is no droplet: %v", err)
	}
	return first.ID
}

// monthly is what the deployment costs now.
func (d *deployment) monthly() float64 {
	d.t.Helper()
	held, err := d.open().Holdings(d.t.Context(), d.spec)
	if err != nil {
		d.t.Fatal(err)
	}
	var sum float64
	for _, h := range held {
		sum += h.Monthly
	}
	return cents(sum)
}

// TestBackupsLater turns backups on and off after the droplet was made, with answers that
// are lost or late.
func TestBackupsLater(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"as it should be": {},
		"late":            {BackupsLag: 40 * time.Second},
		"dropped after":   {DropAfter: "droplets"},
		"dropped before":  {DropBefore: "droplets"},
		"500 after":       {ErrorAfter: "droplets", BackupsLag: 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeployment(t, fakecloud.Faults{})
			if err := d.deploy(d.open()); err != nil {
				t.Fatal(err)
			}
			for _, wanted := range []struct {
				asked        providers.Switch
				plan         string
				monthly      float64
				says, change string
				price, ends  float64
			}{
				{providers.On, "weekly", 4.80, "turn on weekly backups", "last four", 0.80, 0},
				{providers.Unsaid, "weekly", 4.80, "", "", 0, 0},
				{providers.Off, "", 4.00, "turn off weekly backups", "deletes those", 0, 0.80},
			} {
				d.options.Backups = wanted.asked
				d.cloud.SetFaults(faults)
				if wanted.says != "" {
					found, err := d.resource(d.open(), "weekly-backups").Look(t.Context(), time.Time{})
					if err != nil || len(found.Changes) != 1 || found.Changes[0].What != wanted.says ||
						!strings.Contains(found.Changes[0].Why, wanted.change) || found.Changes[0].Monthly != wanted.price || found.Changes[0].Ends != wanted.ends {
						t.Errorf("Look = %+v, %v; want %q for %v", found, err, wanted.says, wanted.price)
					}
				}
				if err := d.deploy(d.open()); err != nil {
					t.Fatal(err)
				}
				if plan := d.cloud.BackupPlan(d.dropletNow()); plan != wanted.plan {
					t.Errorf("backups are %q, want %q", plan, wanted.plan)
				}
				if sum := d.monthly(); sum != wanted.monthly {
					t.Errorf("it costs %v, want %v", sum, wanted.monthly)
				}
				d.cloud.ForgetRequests()
				if err := d.deploy(d.open()); err != nil {
					t.Fatal(err)
				}
				d.onlyGETs()
			}
		})
	}
}

// TestNewDropletHasWeeklyBackups: without a policy DigitalOcean would make daily ones.
func TestNewDropletHasWeeklyBackups(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.options.Backups = providers.On
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if plan := d.cloud.BackupPlan(d.dropletNow()); plan != "weekly" {
		t.Errorf("backups are %q, want weekly", plan)
	}
	if n := d.cloud.Count("POST", "/v2/droplets/"); n != 0 {
		t.Errorf("%d actions, though the create call asked for backups", n)
	}
}

// TestReservedIPComesAndGoes adds an address to a droplet that exists and gives it back:
// the DNS record is changed first, and an address of somebody else's stays.
func TestReservedIPComesAndGoes(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.cloud.AddDomain("example.com")
	d.options.Domains = []string{"shop.example.com"}
	deploy := func(asked providers.Switch) {
		t.Helper()
		d.options.ReservedIP = asked
		if err := d.deploy(d.open()); err != nil {
			t.Fatal(err)
		}
	}
	at := func() string {
		server, err := d.open().Server(t.Context(), d.spec)
		if err != nil {
			t.Fatal(err)
		}
		if records := strings.Join(d.cloud.Contents().Records, " "); !strings.Contains(records, server.Address) {
			t.Errorf("the records are %s, want %s", records, server.Address)
		}
		return server.Address
	}
	deploy(providers.Unsaid)
	own := at()
	deploy(providers.On)
	reserved := d.cloud.Contents().ReservedIPs
	if len(reserved) != 1 || at() != reserved[0] {
		t.Fatalf("the server is at %s with the reserved IPs %v", at(), reserved)
	}
	found, err := d.resource(d.open(), "reserved-ip").Look(t.Context(), time.Time{})
	if err != nil || found.ID != reserved[0] {
		t.Fatalf("Look = %+v, %v; want the address as its ID", found, err)
	}
	deploy(providers.Off) // it is on no record: somebody else's
	if left := d.cloud.Contents().ReservedIPs; len(left) != 1 {
		t.Fatal("an address that is not on record was given back")
	}
	d.spec.Known = map[string]string{"reserved-ip": reserved[0]}
	kinds := d.open().Resources(d.spec)
	if last := kinds[len(kinds)-1]; last.Kind() != "reserved-ip" {
		t.Errorf("%s comes after the address is given back", last.Kind())
	}
	deploy(providers.Off)
	if left := d.cloud.Contents().ReservedIPs; len(left) != 0 || at() != own {
		t.Errorf("left are %v, and the server is at %s, not %s", left, at(), own)
	}
}

// TestReservedIPOnRecordIsRemoved: a run that was to give the address back was stopped
// before it did; destroy does.
func TestReservedIPOnRecordIsRemoved(t *testing.T) {
	t.Parallel()
	for name, remember := range map[string]func(*providers.Spec, string){
		"known": func(s *providers.Spec, ip string) { s.Known = map[string]string{"reserved-ip": ip} },
		"asked": func(s *providers.Spec, _ string) { s.Asked = map[string]time.Time{"reserved-ip": time.Unix(1, 0)} },
	} {
		d := newDeployment(t, fakecloud.Faults{})
		d.options.ReservedIP = providers.On
		if err := d.deploy(d.open()); err != nil {
			t.Fatal(err)
		}
		remember(&d.spec, d.cloud.Contents().ReservedIPs[0])
		d.options.ReservedIP = providers.Off
		if err := d.open().Destroy(t.Context(), d.spec, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if got := d.cloud.Contents(); !got.Empty() {
			t.Errorf("%s: left in the cloud: %+v", name, got)
		}
	}
}

// TestVPCDecidesTheRegion: a private network is in one region, and so is its droplet.
func TestVPCDecidesTheRegion(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.options.VPC = d.cloud.AddVPC("shop", "nyc3")
	if err := d.open().Check(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	first, err := d.open().firstDroplet(t.Context(), d.spec)
	if err != nil || regionOf(first) != "nyc3" || first.VPCUUID != d.options.VPC {
		t.Errorf("the droplet is in %s, %s: %v", regionOf(first), first.VPCUUID, err)
	}
}

// TestProjectChanges moves a droplet that exists to another project.
func TestProjectChanges(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	d.options.Project = "first-project"
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	d.options.Project = d.cloud.AddProject("shops")
	found, err := d.resource(d.open(), "project").Look(t.Context(), time.Time{})
	if err != nil || found.Holds {
		t.Errorf("Look = %+v, %v; want a change", found, err)
	}
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	if found, err = d.resource(d.open(), "project").Look(t.Context(), time.Time{}); err != nil || found.Detail != "shops" {
		t.Errorf("Look = %+v, %v; want shops", found, err)
	}
}

// TestBackupsOfAnotherSize adds up what a plan changes that resizes the droplet too: a
// fifth of the new price, not of the old one.
func TestBackupsOfAnotherSize(t *testing.T) {
	t.Parallel()
	d := newDeployment(t, fakecloud.Faults{})
	if err := d.deploy(d.open()); err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []providers.Switch{providers.On, providers.Off} {
		before := d.monthly()
		d.options.Backups = wanted
		d.spec.Size = map[providers.Switch]string{providers.On: "s-1vcpu-2gb", providers.Off: "s-1vcpu-1gb"}[wanted]
		var change float64
		p := d.open()
		for _, r := range p.Resources(d.spec) {
			found, err := r.Look(t.Context(), time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found.Changes {
				change += c.Monthly - c.Ends
			}
		}
		if err := d.deploy(p); err != nil {
			t.Fatal(err)
		}
		if after := d.monthly(); cents(before+change) != after {
			t.Errorf("backups %v: the plan says %v, and it costs %v", wanted, cents(before+change), after)
		}
	}
}
