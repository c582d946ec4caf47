package interrupted

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// rented is one real machine that stands for the droplets of many simulated
// clouds, one after the other: each droplet gives it the keys of its own user
// data. What an earlier droplet installed stays, so that a deployment takes a
// second and hundreds of kills can hit what this is about: the cloud's effects.
type rented struct {
	t        *testing.T
	provider *local.Provider
	spec     providers.Spec
	control  ssh.Signer

	mu      sync.Mutex
	client  *remote.Client
	address string
}

// rent boots the machine; it goes with the test.
func rent(t *testing.T) *rented {
	t.Helper()
	r := &rented{t: t, control: newSigner(t)}
	var err error
	r.provider, err = local.New(local.Options{Dir: t.TempDir(), Cache: localtest.Cache(t)})
	if err != nil {
		t.Fatal(err)
	}
	hostKey, private := newPrivateKey(t)
	r.spec = providers.Spec{Name: "rented", Tag: fmt.Sprintf("slipway-rented-%d", time.Now().UnixNano()), UserData: userData(t, map[string]any{
		"users": []any{map[string]any{"name": "control", "sudo": "ALL=(ALL:ALL) NOPASSWD: ALL", "lock_passwd": true,
			"ssh_authorized_keys": []string{authorized(r.control)}}},
		"ssh_genkeytypes": []string{},
		"ssh_keys":        map[string]string{"ed25519_private": private, "ed25519_public": authorized(hostKey)},
	})}
	t.Cleanup(func() {
		if err := r.provider.Destroy(context.Background(), r.spec, func(string) {}); err != nil {
			t.Error(err)
		}
	})
	for _, resource := range r.provider.Resources(r.spec) {
		if found, err := resource.Look(t.Context(), time.Time{}); err != nil || found.Holds {
			continue
		}
		if err := resource.Make(t.Context(), func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	where, err := r.provider.Server(t.Context(), r.spec)
	if err != nil {
		t.Fatal(err)
	}
	r.address = where.Address
	r.connect(hostKey)
	return r
}

// connect logs in as the test's own user, whom no step touches.
func (r *rented) connect(hostKey ssh.Signer) {
	r.t.Helper()
	for range 600 {
		client, err := remote.Dial(r.t.Context(), remote.Target{Address: r.address, Port: 22, User: "control",
			HostKeys: []ssh.PublicKey{hostKey.PublicKey()}, Signers: []ssh.Signer{r.control}})
		if err == nil {
			r.client = client
			r.t.Cleanup(func() { client.Close() })
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.t.Fatal("the machine let nobody in")
}

// boot is the cloud's hook: the machine becomes the droplet.
func (r *rented) boot(ctx context.Context, d fakecloud.Machine) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var config struct {
		Users []struct {
			Keys []string `json:"ssh_authorized_keys"`
		}
		Keys struct {
			Private string `json:"ed25519_private"`
			Public  string `json:"ed25519_public"`
		} `json:"ssh_keys"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(d.UserData, "#cloud-config\n")), &config); err != nil {
		return "", err
	}
	_, err := r.client.Ask(ctx, "set -eu\n"+shell.Lines(
		shell.File{Path: "/etc/ssh/ssh_host_ed25519_key", Mode: "600", Content: config.Keys.Private}.Put(),
		shell.File{Path: "/etc/ssh/ssh_host_ed25519_key.pub", Mode: "644", Content: config.Keys.Public + "\n"}.Put(),
		shell.File{Path: "/etc/sudoers.d/91-deploy", Mode: "440", Content: "deploy ALL=(ALL:ALL) NOPASSWD: ALL\n"}.Put(),
		"id deploy >/dev/null 2>&1 || useradd -m -s /bin/bash deploy",
		"install -d -m 700 -o deploy -g deploy /home/deploy/.ssh",
		shell.File{Path: "/home/deploy/.ssh/authorized_keys", Mode: "600", Owner: "deploy:deploy", Content: strings.Join(config.Users[0].Keys, "\n") + "\n"}.Put(),
		"rm -f /etc/slipway/deployment.json",
		"systemctl reset-failed ssh.service", "systemctl restart ssh.service",
	))
	if err != nil {
		r.t.Logf("the droplet does not boot: %v", err)
	}
	return r.address, err
}

// account is a simulated account for one deployment.
type account struct {
	cloud  *fakecloud.Cloud
	server *httptest.Server
	killer *killer
	child  child
}

func newAccount(t *testing.T, r *rented, faults fakecloud.Faults) *account {
	t.Helper()
	localtest.NeedTime(t, time.Minute)
	cloud, err := fakecloud.New(fakecloud.Options{Token: "a-token-for-tests", Boot: r.boot, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	a := &account{cloud: cloud, killer: &killer{next: contract.Held(t, cloud)}}
	a.server = httptest.NewServer(a.killer)
	t.Cleanup(a.server.Close)
	a.child = child{Home: t.TempDir(), API: a.server.URL}
	return a
}

// killer kills a process before or after a request of its has taken effect.
type killer struct {
	next http.Handler

	mu      sync.Mutex
	n, at   int
	after   bool
	process *os.Process
	what    string
}

func (k *killer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	k.n++
	due, after, process := k.n == k.at, k.after, k.process
	if due {
		k.what = r.Method + " " + r.URL.Path
	}
	k.mu.Unlock()
	if due && after {
		k.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	if due {
		process.Kill() //nolint:errcheck // the run's end tells
		panic(http.ErrAbortHandler)
	}
	k.next.ServeHTTP(w, r)
}

// arm kills the process at a request from now on; 0 never.
func (k *killer) arm(process *os.Process, at int, after bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.process, k.at, k.after, k.n, k.what = process, at, after, 0, ""
}

func (k *killer) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.n
}

// goesOn resumes a deployment that was killed and checks what became of it.
func (a *account) goesOn(t *testing.T, killed ran) {
	t.Helper()
	a.killer.arm(nil, 0, false)
	before, known := intact(t, a.child.Home)
	if left := a.cloud.Contents(); !known && !left.Empty() {
		t.Fatalf("something was made before it was on record: %+v", left)
	}
	end := a.child.whole(t)
	resumed(t, killed.steps, end)
	answers(t, end)
	a.holdsOne(t)
	if after, _ := intact(t, a.child.Home); known && after.Tag != before.Tag {
		t.Errorf("the tag was %s and is %s", before.Tag, after.Tag)
	}
	if again := a.child.whole(t); again.Changed {
		t.Errorf("something was left to change: %v", again.Steps)
	}
}

// holdsOne checks that one of each is there, and that each was made once.
func (a *account) holdsOne(t *testing.T) {
	t.Helper()
	left := a.cloud.Contents()
	if len(left.Droplets) != 1 || len(left.Keys) != 1 || len(left.Firewalls) != 1 {
		t.Errorf("the account holds %+v, want one of each", left)
	}
}

// destroyed removes the deployment and checks that nothing is left.
func (a *account) destroyed(t *testing.T) {
	t.Helper()
	home := state.Home{Dir: a.child.Home}
	removal, err := steps.OpenRemoval(t.Context(), "hello", home, (&points{child: a.child}).open)
	if err != nil {
		t.Fatal(err)
	}
	defer removal.Close()
	if err := removal.Do(t.Context(), func(string) {}); err != nil {
		t.Error(err)
	}
	if left := a.cloud.Contents(); !left.Empty() {
		t.Errorf("the account still holds %+v", left)
	}
}

// TestInterruptedCloud kills deployments to a simulated cloud between any two
// events and calls of the provider, before and after any request took effect,
// and at random times.
func TestInterruptedCloud(t *testing.T) {
	localtest.NeedMachines(t)
	r := rent(t)
	first := newAccount(t, r, fakecloud.Faults{})
	first.child.whole(t) // installs what takes long
	first.destroyed(t)
	second := newAccount(t, r, fakecloud.Faults{})
	began := time.Now()
	points := second.child.whole(t).Points
	took, requests := time.Since(began), second.killer.count()
	second.destroyed(t)
	t.Logf("a deployment has %d points, makes %d requests and takes %s", points, requests, took)

	for _, at := range samplePoints(6, points) {
		t.Run(fmt.Sprint("point ", at), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			c := a.child
			c.KillAt = at
			killed := c.run(t, nil)
			if !killed.killed {
				t.Fatalf("there is no point %d", at)
			}
			t.Logf("killed %s", killed.where)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
	hits, asked := 0, sample(8, 2*requests)
	for _, at := range asked {
		t.Run(fmt.Sprint("request ", at), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			killed := a.child.run(t, func(p *os.Process) { a.killer.arm(p, (at+1)/2, at%2 == 0) })
			if !killed.killed {
				// How often a run asks whether something is ready yet differs.
				t.Logf("this run ended before request %d", (at+1)/2)
				a.destroyed(t)
				return
			}
			hits++
			t.Logf("killed at %s, after it took effect: %t", a.killer.what, at%2 == 0)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
	if hits < len(asked)/2 {
		t.Errorf("only %d of %d runs were killed at a request", hits, len(asked))
	}
	random := rand.New(rand.NewPCG(*seed, 200))
	for n := range sample(6, 200) {
		wait := time.Duration(random.Int64N(int64(took)))
		t.Run(fmt.Sprint("time ", n), func(t *testing.T) {
			a := newAccount(t, r, fakecloud.Faults{})
			killed := a.child.run(t, func(p *os.Process) {
				time.Sleep(wait)
				p.Kill() //nolint:errcheck // it may have ended just now
			})
			t.Logf("killed after %s", wait)
			a.goesOn(t, killed)
			a.destroyed(t)
		})
	}
}

// TestInterruptedAnswers deploys to clouds whose answers are late or lost: each
// ends with one server.
func TestInterruptedAnswers(t *testing.T) {
	localtest.NeedMachines(t)
	r := rent(t)
	for name, faults := range map[string]fakecloud.Faults{
		"tags appear after 30 s":             {TagLag: 30 * time.Second},
		"lists lag behind by 2 s":            {ListLag: 2 * time.Second},
		"404 after a create":                 {NotFoundReads: 5},
		"dropped after having created":       {DropAfter: "droplets"},
		"500 after having created":           {ErrorAfter: "droplets"},
		"answer torn after having created":   {TornAfter: "droplets"},
		"the key's answer is dropped":        {DropAfter: "account/keys"},
		"the firewall's answer is a 500":     {ErrorAfter: "firewalls"},
		"reads fail and calls are too many":  {BrokenReads: 2, DroppedReads: 2, TooMany: 2},
		"no address at first, private first": {NoIPv4For: time.Second, PrivateFirst: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, r, faults)
			end := a.child.run(t, nil).end
			for n := 0; end.Error != "" && n < 3; n++ { // the same command again
				t.Logf("it stopped: %s", end.Error)
				end = a.child.run(t, nil).end
			}
			if end.Error != "" {
				t.Fatal(end.Error)
			}
			answers(t, end)
			a.holdsOne(t)
			if n := a.cloud.Creates(); n != 1 {
				t.Errorf("the droplet was asked for %d times", n)
			}
			a.cloud.SetFaults(fakecloud.Faults{})
			a.destroyed(t)
		})
	}
}
