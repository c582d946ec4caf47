package moves

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// TestMove moves an app with PostgreSQL to another server, killed at the steps of its own, and
// then back without a kill, while people write and read all the time; in the end with a domain.
func TestMove(t *testing.T) {
	localtest.NeedMachines(t)
	const name = "moves-shop"
	o := e2e.NewOperator(t, 12*time.Minute)
	folder := write(t, shop)
	first := o.Deploy(folder, "--name", name, "--service", "postgres", "--env", `GREETING=a "b" $c`)
	people, end := use(o, name)

	if r := o.Run("move", name, "-y"); r.Code != 2 || !strings.Contains(r.Stderr, "give --provider") {
		t.Errorf("without a place: exit %d\n%s", r.Code, r.Stderr)
	}
	for _, at := range []string{"copy", "still", "last-copy", "names"} {
		match := func(step string, status engine.Status) bool { return step == at && status == engine.Changing }
		if !o.KillAt(syscall.SIGKILL, match, "move", name, "--provider", "local") {
			t.Fatalf("the move was not killed at %s", at)
		}
		if at == "last-copy" {
			o.Root(name+"-next", e2e.OrphanedJob) // it would keep the next run waiting for two hours
		}
		wantOnTheWay(t, o, name, folder)
	}
	o.Must("move", name, "-y")
	wantPlaces(t, o, name, first.URL)

	people.mu.Lock()
	people.longest = 0
	people.mu.Unlock()
	o.Must("move", name, "--back", "-y")
	end()
	people.check(t)
	record, err := o.State().Read(name)
	if err != nil || record.URL != first.URL || record.Moving != nil {
		t.Errorf("back again: %+v, %v", record, err)
	}
	if left := o.Root(name, "find / -xdev -name '*still*' -path '*slipway*' -newer /etc/slipway/data.json -not -path '/usr/local/*' -not -path '*/jobs/*' -not -path '/proc/*'"); left != "" {
		t.Errorf("on the server of before there is %s", left)
	}
	if again := o.Deploy(folder, "--name", name); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	moveDomain(t, o, name, folder)
	o.Must("destroy", "-y", "--lose-data", name+"-old")
}

// wantOnTheWay fails unless a deployment whose move was killed is not deployed meanwhile, and is
// listed with its other place. To exchange the names takes so short a time that a kill at that
// step may come after it; then only the last step is missing.
func wantOnTheWay(t *testing.T, o *e2e.Operator, name, folder string) {
	t.Helper()
	record, err := o.State().Read(name)
	if err != nil || record.Moving == nil {
		t.Fatalf("killed in its move, %s is %+v, %v", name, record, err)
	}
	refused, listed, other := "is being moved", "it is being moved", name+"-next"
	if record.Moving.New {
		refused, listed, other = "has moved, and the move's last step is missing", "the last step of its move is missing", name+"-old"
	}
	if r := o.Run("-y", folder, "--name", name); r.Code != 2 || !strings.Contains(r.Stderr, refused) {
		t.Errorf("a deployment that moves was deployed: exit %d\n%s", r.Code, r.Stderr)
	}
	if r := o.Must("list"); !strings.Contains(r.Stdout, listed) || !strings.Contains(r.Stdout, other) {
		t.Errorf("list says\n%s", r.Stdout)
	}
}

// wantPlaces fails unless the app is at a new place, and the old one is kept without writing.
func wantPlaces(t *testing.T, o *e2e.Operator, name, oldURL string) {
	t.Helper()
	now, err := o.State().Read(name)
	if err != nil || now.URL == oldURL || now.Moving != nil {
		t.Fatalf("%s is %+v, %v", name, now, err)
	}
	old, err := o.State().Read(name + "-old")
	if err != nil || old.URL != oldURL {
		t.Fatalf("the old place is %+v, %v", old, err)
	}
	if status, body := e2e.Ask(t, now.URL); status != 200 || !strings.Contains(body, `items, a "b" $c`) {
		t.Errorf("the new place says %d %s", status, body)
	}
	if status, _ := e2e.Ask(t, oldURL); status != 200 {
		t.Errorf("the old place says %d", status)
	}
	for which, want := range map[string]string{name: "active", name + "-old": "inactive"} {
		if got := o.Root(which, "systemctl is-active 'app-"+name+"-*-process-ticker.service' || :"); got != want {
			if got != "" || want != "inactive" {
				t.Errorf("the process of %s is %q, want %s", which, got, want)
			}
		}
	}
	if r := o.Run("-y", "--sample", "hello", "--name", name+"-old"); r.Code != 2 {
		t.Errorf("the old place was deployed: exit %d\n%s", r.Code, r.Stderr)
	}
}
