package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// theToken must show nowhere but in requests to the cloud.
const theToken = "dop_v1_6f1c0e5ecre7"

// skies is a simulated DigitalOcean that boots real machines.
type skies struct {
	*fakecloud.Cloud
	url string
}

// newSkies makes a cloud. It is made before the operator, whose deployments end
// first.
func newSkies(t *testing.T) skies {
	t.Helper()
	m := &machines.Machines{Dir: t.TempDir(), Cache: localtest.Cache(t), Log: func(string, ...any) {}}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.HaltAll(ctx); err != nil {
			t.Error(err)
		}
	})
	cloud, err := fakecloud.New(fakecloud.Options{Token: theToken, Boot: m.Boot, Halt: m.Halt})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	server := httptest.NewServer(contract.Held(t, cloud))
	t.Cleanup(server.Close)
	return skies{cloud, server.URL}
}

// onlyGETs fails if anything was asked of the cloud that changes it.
func (s skies) onlyGETs(t *testing.T) {
	t.Helper()
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s where nothing may change", r.Method, r.Path)
		}
	}
}

func (s skies) operator(t *testing.T) *operator {
	o := newOperator(t)
	o.Env = []string{"DIGITALOCEAN_API_URL=" + s.url, "DIGITALOCEAN_TOKEN=" + theToken}
	return o
}

// TestDigitalOcean is a deployment's whole life on a simulated DigitalOcean with
// a real machine.
func TestDigitalOcean(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := newSkies(t)
	o := cloud.operator(t)
	watched := watchArguments(t, theToken)
	hello := []string{"--provider", "digitalocean", "--sample", "hello"}

	plan := o.Must(append([]string{"--plan"}, hello...)...)
	for _, want := range []string{"ssh-key", "tag", "cloud-firewall", "create droplet s-1vcpu-512mb", "($4.00 a month", "what would be made costs $4.00 a month"} {
		if !strings.Contains(plan.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	cloud.onlyGETs(t)
	if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the plan made something on this computer")
	}

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
	cloud.onlyGETs(t)
	if !strings.Contains(status.Stdout, "$4.00 a month") || !strings.Contains(status.Stdout, "with status 200") {
		t.Errorf("status: %s", status.Stdout)
	}
	t.Logf("the first run took %.1f s (%v), a second %.2f s with %d GETs", first.Seconds, first.Spent, second.Seconds, len(cloud.Requests())/3)
	o.keepsToItself(t, theToken)
	o.keepsKeys(t, "hello")
	// The brackets keep the token out of grep's own arguments.
	if found := o.Root("hello", "grep -rls '"+theToken[:len(theToken)-1]+"["+theToken[len(theToken)-1:]+"]' /etc /run /var/lib /var/log || :"); found != "" {
		t.Errorf("the droplet has the token in %s", found)
	}
	gone := o.Must("destroy", "-y", "hello")
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
		if strings.Contains(r.Stdout+r.Stderr, theToken) {
			t.Errorf("the token was printed:\n%s%s", r.Stdout, r.Stderr)
		}
	}
	watched()
}

// TestDigitalOceanDomain has names point at the droplet. The world knows nothing
// of the simulated cloud's zones, so no certificate is asked for.
func TestDigitalOceanDomain(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := newSkies(t)
	cloud.AddDomain("example.com")
	o := cloud.operator(t)
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
	o.Must("destroy", "-y")
	if left := cloud.Contents(); !left.Empty() {
		t.Errorf("the cloud still has %+v", left)
	}
}

// TestDigitalOceanKilled loses the answer to the create call with the process;
// the same command finds what it made, and so does destroy.
func TestDigitalOceanKilled(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	cloud := newSkies(t)
	o := cloud.operator(t)
	hello := []string{"--provider", "digitalocean", "--sample", "hello"}
	killed := o.killWhen(t, func() bool { return cloud.Creates() == 1 }, append([]string{"--yes"}, hello...)...)
	record, err := o.State().Read("hello")
	if err != nil || !killed || record.Asked("droplet").IsZero() {
		t.Fatalf("killed: %t; the record has no intent: %+v, %v", killed, record, err)
	}
	first := o.Deploy(hello...)
	if status, _ := e2e.Ask(t, first.URL); status != http.StatusOK || cloud.Creates() != 1 {
		t.Errorf("status %d after %d creates", status, cloud.Creates())
	}
	o.Must("destroy", "-y")
	cloud.SetFaults(fakecloud.Faults{TagLag: 5 * time.Second, ListLag: 5 * time.Second})
	if !o.killWhen(t, func() bool { return cloud.Creates() == 2 }, append([]string{"--yes"}, hello...)...) {
		t.Fatal("the second run ended before the create call")
	}
	o.Must("destroy", "-y")
	if left := cloud.Contents(); !left.Empty() {
		t.Errorf("the cloud still has %+v", left)
	}
}

func TestDigitalOceanRefuses(t *testing.T) {
	o := newOperator(t)
	for name, c := range map[string]struct {
		env  []string
		args []string
		code int
		want string
	}{
		"no token": {nil, []string{"--provider", "digitalocean"}, 3, "DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN"},
		"clear text": {[]string{"DIGITALOCEAN_TOKEN=" + theToken, "DIGITALOCEAN_API_URL=http://192.0.2.1"},
			[]string{"--provider", "digitalocean"}, 2, "unencrypted"},
		"domain of a local machine": {nil, []string{"--domain", "a.example.com"}, 2, "--domain"},
	} {
		o.Env = c.env
		r := o.Run(append([]string{"--yes", "--sample", "hello"}, c.args...)...)
		if r.Code != c.code || !strings.Contains(r.Stderr, c.want) || strings.Contains(r.Stdout+r.Stderr, theToken) {
			t.Errorf("%s: exit %d, want %d\n%s", name, r.Code, c.code, r.Stderr)
		}
		if _, err := os.Stat(o.State().Dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
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

// keepsToItself looks for a secret in every file that slipway keeps.
func (o *operator) keepsToItself(t *testing.T, secret string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(o.State().Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("looked at %d files: %v", files, err)
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
		o.keepsToItself(t, lines[len(lines)-3])
		if err := os.WriteFile(path, key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// watchArguments looks at every process's arguments, again and again, until the
// function that it returns is called or the test ends. It fails if no argument
// of slipway's was ever seen.
func watchArguments(t *testing.T, secret string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done, seen, slipway := make(chan struct{}), 0, e2e.Slipway(t)
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			all, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is right
			for _, path := range all {
				line, err := os.ReadFile(path)
				if err != nil {
					continue // it ended meanwhile
				}
				if bytes.HasPrefix(line, []byte(slipway+"\x00")) {
					seen++
				}
				if bytes.Contains(line, []byte(secret)) {
					t.Errorf("a process has the secret among its arguments: %q", line)
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(func() {
		stop()
		if seen == 0 {
			t.Error("slipway's own arguments were never seen")
		}
	})
	return stop
}
