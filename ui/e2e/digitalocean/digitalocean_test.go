package digitalocean

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestDigitalOcean is a deployment's whole life on a simulated DigitalOcean with
// a real machine.
func TestDigitalOcean(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t)
	o := &operator{cloud.Operator(t)}
	watched := e2e.WatchArguments(t, e2e.Token)
	hello := []string{"--provider", "digitalocean", "--sample", "hello"}

	plan := o.plansOnly(t, cloud, hello)
	first := o.Deploy(hello...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	if name := o.Root("hello", "hostname"); name != "hello" {
		t.Errorf("the droplet calls itself %q", name)
	}
	if n := cloud.Creates(); n != 1 {
		t.Errorf("%d droplets were asked for", n)
	}
	cloud.ForgetRequests()
	second := o.Deploy(hello...)
	if second.Changed || second.RoundTrips != 1 || second.Host != first.Host {
		t.Errorf("the second run: %+v", second.Outcome)
	}
	again := o.Must(append([]string{"--yes"}, hello...)...)
	status := o.Must("status")
	cloud.OnlyGETs(t)
	if !strings.Contains(status.Stdout, "$4.00 a month") || !strings.Contains(status.Stdout, "with status 200") {
		t.Errorf("status: %s", status.Stdout)
	}
	t.Logf("the first run took %.1f s (%v), a second %.2f s with %d GETs", first.Seconds, first.Spent, second.Seconds, len(cloud.Requests())/3)
	o.KeepsToItself(e2e.Token)
	o.keepsKeys(t, "hello")
	// The brackets keep the token out of grep's own arguments.
	if found := o.Root("hello", "grep -rls '"+e2e.Token[:len(e2e.Token)-1]+"["+e2e.Token[len(e2e.Token)-1:]+"]' /etc /run /var/lib /var/log || :"); found != "" {
		t.Errorf("the droplet has the token in %s", found)
	}
	o.extends(t, cloud, first.URL, hello)
	o.adopts(t, cloud, hello)
	o.shrinks(t, cloud, first.URL, hello)
	gone := o.Must("destroy", "-y", "--lose-data", "hello")
	if !strings.Contains(gone.Stderr, "$4.00 a month") {
		t.Errorf("destroy does not say what the droplet cost:\n%s", gone.Stderr)
	}
	if left := cloud.Contents(); !left.Empty() {
		t.Errorf("the cloud still has %+v", left)
	}
	e2e.Until(t, "the machine to end", func() bool {
		conn, err := net.DialTimeout("tcp", first.Host+":22", time.Second)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	for _, r := range []e2e.Result{plan, again, status, gone} {
		if strings.Contains(r.Stdout+r.Stderr, e2e.Token) {
			t.Errorf("the token was printed:\n%s%s", r.Stdout, r.Stderr)
		}
	}
	watched()
}

// adopts loses the record and finds the droplet by its tag.
func (o *operator) adopts(t *testing.T, cloud e2e.Cloud, hello []string) {
	t.Helper()
	lost := o.LoseRecord(t, "hello")
	args := []string{"adopt", "--provider", "digitalocean", "--identity", lost.Identity, "--host-key-fingerprint", lost.Fingerprint, "--tag"}
	if r := o.Run(append(args, lost.Record.Tag+"0")...); r.Code != 2 || !strings.Contains(r.Stderr, "no server carries the tag") {
		t.Errorf("adopting a tag that nothing carries: exit %d, %s", r.Code, r.Stderr)
	}
	o.Must(append(args, lost.Record.Tag)...)
	after, err := o.State().Read("hello")
	if err != nil || after.Tag != lost.Record.Tag || after.Settings["provider"] != "digitalocean" || after.Release != lost.Record.Release {
		t.Errorf("adopted %+v, %v; it was %+v", after, err, lost.Record)
	}
	creates := cloud.Creates()
	if again := o.Deploy(hello...); again.Host != lost.Record.Server.Address || cloud.Creates() != creates || again.Steps["release"] != "unchanged" {
		t.Errorf("after adopt: %+v, %v, %d creates", again.Outcome, again.Steps, cloud.Creates())
	}
}

// plansOnly has slipway say what it would make, and sees that nothing is made.
func (o *operator) plansOnly(t *testing.T, cloud e2e.Cloud, args []string) e2e.Result {
	t.Helper()
	plan := o.Must(append([]string{"--plan"}, args...)...)
	for _, want := range []string{"ssh-key", "tag", "cloud-firewall", "create droplet s-1vcpu-512mb", "($4.00 a month", "what would be made costs $4.00 a month"} {
		if !strings.Contains(plan.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	cloud.OnlyGETs(t)
	if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the plan made something on this computer")
	}
	return plan
}

// TestDigitalOceanDomain has names point at the droplet. The world knows nothing
// of the simulated cloud's zones, so no certificate is asked for.
func TestDigitalOceanDomain(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t)
	cloud.AddDomain("example.com")
	o := &operator{cloud.Operator(t)}
	args := []string{"--yes", "--provider", "digitalocean", "--sample", "hello", "--domain", "app.example.com", "--domain", "www.example.com"}
	if r := o.Must(args...); !strings.Contains(r.Stderr, "app.example.com does not lead to this server yet") {
		t.Errorf("nothing is said of a record that the world can't see:\n%s", r.Stderr)
	}
	record, err := o.State().Read("hello")
	if err != nil || len(record.Intents) != 0 {
		t.Fatalf("the record is %+v, %v", record, err)
	}
	for _, name := range []string{"app", "www"} {
		if want := "A " + name + ".example.com " + record.Server.Address; !slices.Contains(cloud.Contents().Records, want) {
			t.Errorf("there is no record %q: %v", want, cloud.Contents().Records)
		}
	}
	o.Must("destroy", "-y", "--lose-data")
	if left := cloud.Contents(); !left.Empty() {
		t.Errorf("the cloud still has %+v", left)
	}
}

// TestDigitalOceanKilled loses the answer to the create call with the process;
// the same command finds what it made, and so does destroy.
func TestDigitalOceanKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := e2e.NewCloud(t)
	o := &operator{cloud.Operator(t)}
	hello := []string{"--provider", "digitalocean", "--sample", "hello"}
	killed := o.killWhen(t, func() bool { return cloud.Creates() == 1 }, append([]string{"--yes"}, hello...)...)
	record, err := o.State().Read("hello")
	if err != nil || !killed || record.IntendedAt("droplet").IsZero() {
		t.Fatalf("killed: %t; the record has no intent: %+v, %v", killed, record, err)
	}
	first := o.Deploy(hello...)
	if status, _ := e2e.Ask(t, first.URL); status != http.StatusOK || cloud.Creates() != 1 {
		t.Errorf("status %d after %d creates", status, cloud.Creates())
	}
	o.Must("destroy", "-y", "--lose-data")
	cloud.SetFaults(fakecloud.Faults{TagLag: 5 * time.Second, ListLag: 5 * time.Second})
	if !o.killWhen(t, func() bool { return cloud.Creates() == 2 }, append([]string{"--yes"}, hello...)...) {
		t.Fatal("the second run ended before the create call")
	}
	o.Must("destroy", "-y", "--lose-data")
	if left := cloud.Contents(); !left.Empty() {
		t.Errorf("the cloud still has %+v", left)
	}
}

// killWhen kills slipway without notice once check holds. It returns false if
// the run ended before.
func (o *operator) killWhen(t *testing.T, check func() bool, args ...string) bool {
	t.Helper()
	cmd := o.Command(args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait() //nolint:errcheck // how it ended does not matter
		close(ended)
	}()
	for {
		select {
		case <-ended:
			return false
		case <-time.After(time.Millisecond):
		}
		if check() {
			cmd.Process.Kill() //nolint:errcheck // it may have ended by itself
			<-ended
			return true
		}
	}
}

// keepsKeys looks for the deployment's private keys outside their own files.
func (o *operator) keepsKeys(t *testing.T, name string) {
	t.Helper()
	for _, own := range []string{"id_ed25519", "host_ed25519"} {
		path := filepath.Join(o.State().Folder(name), own)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v, %v", own, info, err)
		}
		key, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// A line near the end of a key is of its private part.
		lines := strings.Split(strings.TrimSpace(string(key)), "\n")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		o.KeepsToItself(lines[len(lines)-3])
		if err := os.WriteFile(path, key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
