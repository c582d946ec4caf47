package interrupted

import (
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/local/localtest"
	"slipway/state"
	"slipway/steps"
)

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
	cloud, err := fakecloud.New(fakecloud.Options{Token: "a-token-for-tests", Boot: r.boot, ActionTime: 100 * time.Millisecond, Faults: faults})
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
