package digitalocean

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestDigitalOceanResize resizes a real machine there and back, and kills each of both
// three times: as the droplet shuts down, is resized and is turned on. The app's memory and
// workers follow the size.
func TestDigitalOceanResize(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	o := &operator{cloud.Operator(t)}
	hello := []string{"--provider", "digitalocean", "--sample", "hello", "--size"}
	first := o.Deploy(slices.Concat(hello, []string{"s-1vcpu-512mb-10gb"})...)
	id, err := strconv.Atoi(strings.Fields(cloud.Contents().Droplets[0])[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []struct {
		size, plan, memory string
		few                bool // workers
	}{
		{"s-1vcpu-2gb", "from s-1vcpu-512mb-10gb ($4.00 a month) to s-1vcpu-2gb", "MemoryMax=82%", false},
		{"s-1vcpu-512mb-10gb", "from s-1vcpu-2gb ($12.00 a month) to s-1vcpu-512mb-10gb", "MemoryMax=70%", true},
	} {
		args := slices.Concat(hello, []string{to.size})
		if plan := o.Must(append([]string{"--plan"}, args...)...); !strings.Contains(plan.Stderr, to.plan) {
			t.Errorf("the plan does not say %q:\n%s", to.plan, plan.Stderr)
		}
		actions := cloud.Count(http.MethodPost, "/v2/droplets/")
		for n := range 3 {
			if !o.killWhen(t, func() bool { return cloud.Count(http.MethodPost, "/v2/droplets/") > actions+n }, append([]string{"--yes"}, args...)...) {
				t.Fatalf("the run ended before action %d", n+1)
			}
		}
		run := o.Deploy(args...)
		if status, _ := e2e.Ask(t, run.URL); status != http.StatusOK || run.Host != first.Host {
			t.Errorf("%s answers with %d, first at %s", run.URL, status, first.Host)
		}
		if power, want := cloud.Power(id), (fakecloud.Power{Size: to.size, DiskGB: 10}); power != want || cloud.Creates() != 1 {
			t.Errorf("the droplet is %+v, want %+v; %d creates", power, want, cloud.Creates())
		}
		settings := o.Root("hello", "cat /etc/systemd/system/slipway.slice /etc/systemd/system/app-hello-*.service")
		if !strings.Contains(settings, to.memory) || strings.Contains(settings, `"workers=2"`) != to.few {
			t.Errorf("%s does not have %s, and 2 workers: %t:\n%s", to.size, to.memory, to.few, settings)
		}
	}
	for kind, want := range map[string]int{"shutdown": 2, "power_off": 0, "resize": 2, "power_on": 2} {
		if n := cloud.Done(id, kind); n != want {
			t.Errorf("%d times %s, want %d", n, kind, want)
		}
	}
	o.Must("destroy", "-y", "--lose-data")
}
