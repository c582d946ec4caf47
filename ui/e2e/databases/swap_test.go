package databases

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/backup"
	"slipway/steps/layout"
	"slipway/ui/e2e"
)

// entries is what the app says of how many entries each of its databases, its SQLite file
// and its folder has.
type entries struct{ MariaDB, Postgres, Redis, SQLite, Files int }

// exchanged is an app whose data is swapped with that of a dump.
type exchanged struct {
	*e2e.Operator
	url, dump string
	// dumped is how many entries the dump has, live how many there are now.
	dumped, live int
}

const swapped = "swapped"

// TestSwap replaces the data of an app with everything that data can be in: the swap is
// killed before some of its steps, and the power is cut within it. All of the data is then
// what it was before, or all of it is the dump's.
func TestSwap(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 8*time.Minute)
	arguments := []string{copied(t, "everything"), "--name", swapped}
	d := o.Deploy(arguments...)
	s := &exchanged{Operator: o, url: d.URL, dump: "/root/dump"}
	s.add(t)
	s.add(t)
	s.Root(swapped, backup.Call("snapshot", d.Release)+"; cp -a "+layout.Of(swapped).Snapshot(d.Release)+" "+s.dump) // the copy goes with the data of then
	s.dumped = s.live
	program, err := os.ReadFile("testdata/killed.py")
	if err != nil {
		t.Fatal(err)
	}
	s.Root(swapped, "cat >/root/killed.py <<'PYTHON'\n"+string(program)+"PYTHON")
	s.add(t)
	var steps int
	if said := s.killed(1<<30, "kill"); said != "killed" {
		if _, err := fmt.Sscan(said, &steps); err != nil || steps < 50 {
			t.Fatalf("the swap said %q", said)
		}
	}
	s.is(t, s.dumped)
	for range 5 {
		s.add(t)
		at := steps/2 + rand.IntN(steps/2)
		said := s.killed(at, "kill")
		if !strings.EqualFold(said, "killed") {
			t.Errorf("step %d of %d: the swap said %q", at, steps, said)
		}
		s.whole(t)
	}
	t.Run("the power is cut", func(t *testing.T) { s.powerCut(t, arguments, steps*3/4) })
}

// killed has the swap killed or stopped before a step, and gives what it printed last.
func (s *exchanged) killed(step int, how string) string {
	s.T.Helper()
	lines := strings.Fields(s.Root(swapped, fmt.Sprintf("python3 -B /root/killed.py %d %s swap %s 2>&1 || :", step, how, s.dump)))
	return strings.TrimSuffix(lines[len(lines)-1], "\n")
}

// add has the app write an entry everywhere.
func (s *exchanged) add(t *testing.T) {
	t.Helper()
	r, err := http.Post(fmt.Sprintf("%s/add/%d", s.url, time.Now().UnixNano()), "text/plain", nil)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", r, err)
	}
	r.Body.Close()
	s.live++
}

// is fails the test unless there are so many entries everywhere.
func (s *exchanged) is(t *testing.T, wanted int) {
	t.Helper()
	var now entries
	answer(t, s.url, &now)
	if now != (entries{wanted, wanted, wanted, wanted, wanted}) {
		t.Fatalf("the app says %+v, want %d", now, wanted)
	}
	s.live = wanted
}

// whole looks that the data is what it was, or the dump's, and that nothing is left of the
// swap.
func (s *exchanged) whole(t *testing.T) {
	t.Helper()
	e2e.Until(t, "the swap to be ended", func() bool {
		return s.Root(swapped, "ls /etc/systemd/system/slipway-swap.service /var/lib/slipway/set-aside/swap.json 2>/dev/null || :") == ""
	})
	// The app may have been stopped and started: how its data is, not how soon it answers, is looked at.
	var now entries
	e2e.Until(t, "the app to answer", func() bool {
		status, body := e2e.Ask(t, s.url)
		return status == http.StatusOK && json.Unmarshal([]byte(body), &now) == nil
	})
	if now.Files == s.dumped {
		s.live = s.dumped
	}
	s.is(t, s.live)
}

// powerCut takes the power from the server in the midst of a swap.
func (s *exchanged) powerCut(t *testing.T, arguments []string, step int) {
	s.T = t
	s.add(t)
	s.Root(swapped, fmt.Sprintf(": >/root/said; nohup python3 -B /root/killed.py %d stop swap %s >/root/said 2>&1 </dev/null &", step, s.dump))
	e2e.Until(t, "the swap to come to its middle", func() bool { return strings.Contains(s.Root(swapped, "cat /root/said"), "stopped") })
	record, err := s.State().Read(swapped)
	if err != nil {
		t.Fatal(err)
	}
	if err := e2e.CutPower(record.Tag); err != nil {
		t.Fatal(err)
	}
	s.Deploy(arguments...) // starts the machine
	s.whole(t)
	said := s.Root(swapped, backup.Call("look"))
	var r backup.Reader
	r.Read(said)
	var amounts backup.Amounts
	if err := r.Answer(&amounts); err != nil || amounts.Data["redis"].Counts["keys"] != int64(s.live) {
		text, _ := json.Marshal(amounts)
		t.Errorf("look says %s, %v", text, err)
	}
}
