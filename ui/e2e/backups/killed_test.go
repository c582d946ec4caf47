package backups

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// killedSlipway kills slipway while the server saves a backup: the server ends it alone.
func (s *site) killedSlipway(t *testing.T) {
	s.more(t)
	begun, goOn := s.store.hold(t, savesData, false)
	cmd := s.Command("backup", "now", app)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	begun()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() //nolint:errcheck // it was killed
	if c := s.condition(t); c.Last.OK || !c.Running {
		t.Errorf("while the server saves, status says %+v", c)
	}
	goOn()
	e2e.Until(t, "the server to end the backup", func() bool { return !s.condition(t).Running })
	c := s.condition(t)
	if !c.Last.OK || c.LastGood == nil || strings.HasPrefix(c.LastGood.ID, s.ids[len(s.ids)-1]) {
		t.Fatalf("after it status says %+v", c)
	}
	s.ids = append(s.ids, c.LastGood.ID[:8])
	s.recovered(t)
}

var sweep = flag.Bool("sweep", false, "kill the program after every line that it prints, not after some")

// killedProgram kills the program on the server after lines that it prints.
func (s *site) killedProgram(t *testing.T) {
	for _, command := range []string{"backup", "drill"} {
		for line := 1; ; line++ {
			if !*sweep {
				line += rand.IntN(3)
			}
			said := s.Root(app, killAfter(command, line))
			t.Logf("%s killed after line %d: %s", command, line, said)
			if !strings.HasPrefix(said, "killed") || strings.HasPrefix(said, "killed @") {
				break // it ended before
			}
			c := s.condition(t)
			try := c.Last
			if command == "drill" {
				try = c.Drill.Try
			}
			if c.OK || try.OK {
				t.Errorf("%s was killed after line %d (%s), and status says %+v", command, line, said, c)
			}
			if rows := s.sql("SELECT count(*) FROM customers"); rows != "20000" {
				t.Fatalf("%s was killed after line %d, and there are %s customers", command, line, rows)
			}
			if line > 20 {
				t.Fatal("it has no end")
			}
		}
		s.good(t)
		s.Must("backup", "drill", app)
	}
	s.unharmed(t)
	s.recovered(t)
}

// killAfter is shell text that kills the program once it has printed so many lines. It
// prints "killed" and the last of them, or how the program ended before.
func killAfter(command string, lines int) string {
	return `: >/run/printed # the shell in the background may be slower than the first look at it
python3 -I -B /usr/local/lib/slipway/data ` + command + ` >/run/printed 2>&1 &
pid=$!
while kill -0 "$pid" 2>/dev/null && [ "$(wc -l </run/printed)" -lt ` + strconv.Itoa(lines) + ` ]; do sleep 0.02; done
kill -9 "$pid" 2>/dev/null || :
wait "$pid" && ended=0 || ended=$?
if [ "$ended" = 137 ]; then printf 'killed '; tail -n 1 /run/printed; else echo "ended $ended"; fi
n=0
while pgrep -x restic >/dev/null; do n=$((n + 1)); [ "$n" -lt 200 ] || { echo "restic goes on"; exit 1; }; sleep 0.05; done`
}

// killedServer takes the power from the server while a backup is saved, and while one is
// fetched for a drill.
func (s *site) killedServer(t *testing.T) {
	s.more(t)
	for command, request := range map[string]func(*http.Request) bool{"now": savesData, "drill": readsData} {
		t.Run(command, func(t *testing.T) {
			s.T = t
			s.powerCut(t, command, request)
		})
	}
	s.T = t
	s.Must("backup", "drill", app)
	s.recovered(t)
}

func (s *site) powerCut(t *testing.T, command string, request func(*http.Request) bool) {
	begun, cut := s.store.hold(t, request, true)
	cmd := s.Command("backup", command, app)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	begun()
	record, err := s.State().Read(app)
	if err != nil {
		t.Fatal(err)
	}
	if err := e2e.CutPower(record.Tag); err != nil {
		t.Fatal(err)
	}
	cut()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() //nolint:errcheck // it was killed
	s.store.fail(nil)
	s.Deploy("--sample", "hello", "--name", app) // starts the machine
	s.store.reach(s.whole, s.Operator)
	if c := s.condition(t); c.OK || c.Running {
		t.Errorf("after the power came back status says %+v", c)
	}
	s.good(t)
	s.Must("backup", "drill", app)
	s.unharmed(t)
}
