package backups

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// aNight starts what the timer starts.
const aNight = `systemctl start slipway-backup.service || { journalctl -u slipway-backup.service -n 50; exit 1; }`

// nightly makes a backup without anybody.
func (s *site) nightly(t *testing.T) {
	if c := s.condition(t); c.OK || c.LastGood != nil {
		t.Errorf("before the first backup status says %+v", c)
	}
	if r := s.Run("doctor", app); r.Code != 1 || !strings.Contains(r.Stderr, "no backup was made yet") {
		t.Errorf("doctor: exit %d\n%s", r.Code, r.Stderr)
	}
	s.Root(app, aNight)
	c := s.condition(t)
	if !c.OK || c.LastGood == nil || c.Drill == nil || !c.Drill.OK {
		t.Fatalf("status says %+v", c)
	}
	s.ids = append(s.ids, c.LastGood.ID[:8])
	if c.Drill.Rows < 20050 || c.Drill.Files < 1 || c.LastGood.Bytes < 3<<20 {
		t.Errorf("compared were %+v of %+v", c.Drill.Counted, c.LastGood)
	}
	if timer := s.Root(app, `systemctl show -P NextElapseUSecRealtime slipway-backup.timer`); !strings.Contains(timer, " 03:3") {
		t.Errorf("the next backup is made at %s", timer)
	}
	s.unharmed(t)
}

// commands looks at what the commands print.
func (s *site) commands(t *testing.T) {
	id := s.good(t)
	if listed := s.listed(t); len(listed) != 2 || listed[0] != id {
		t.Errorf("listed are %q, want %s first", listed, id)
	}
	if list := s.Must("backup", "list", app).Stdout; strings.Count(list, "restored and compared") != 1 || strings.Count(list, "never restored") != 1 {
		t.Errorf("the list is\n%s", list)
	}
	if drill := s.Must("backup", "drill", app); !strings.HasPrefix(drill.Stdout, id+"  came back with ") {
		t.Errorf("the drill prints %s", drill.Stdout)
	}
	key := strings.TrimSpace(s.Must("backup", "key", app).Stdout)
	if key != s.Root(app, "cat /etc/slipway/backup.key") {
		t.Error("another key than the server's is printed")
	}
	if again := s.Deploy("--sample", "hello", "--name", app); again.Changed {
		t.Errorf("a second deployment changed %v", again.Steps)
	}
	journal := s.Root(app, shell.Lines(shell.Journal, `journal -o short | grep -c -e `+secretKey+` -e "`+key+`" || :`))
	if journal != "0" {
		t.Errorf("secrets stand in %s lines of the journal", journal)
	}
	if r := s.Must("doctor", app); !strings.Contains(r.Stdout, "backups: good") {
		t.Errorf("doctor says\n%s", r.Stdout)
	}
}

// growing writes while the database is dumped, and has the backup be of one instant.
func (s *site) growing(t *testing.T) {
	writer, err := s.Login(app, "deploy")
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	var writing sync.WaitGroup
	writing.Go(func() {
		// Each transaction writes two rows, so an odd number of rows was never there.
		writer.Output(t.Context(), `timeout 12 runuser -u app-`+app+` -- sh -c 'printf "INSERT INTO visits VALUES (now()), (now())\n\\\\watch 0.005\n" | psql -qX -h /run/slipway-postgres app-`+app+`' >/dev/null 2>&1 || :`) //nolint:errcheck // the rows tell
	})
	e2e.Until(t, "the first rows", func() bool { return s.sql("SELECT count(*) FROM visits") != "0" })
	before := s.sql("SELECT count(*) FROM visits")
	s.good(t)
	drill := s.Must("backup", "drill", app)
	writing.Wait()
	if after := s.sql("SELECT count(*) FROM visits"); after == before {
		t.Fatal("nothing was written meanwhile")
	}
	counted := s.Root(app, `python3 -c 'import json; print(json.load(open("/var/lib/slipway/backup/counts.json"))["postgres public.visits"] % 2)'`)
	if counted != "0" || !strings.Contains(drill.Stderr, "proven:") {
		t.Errorf("half a transaction was saved, or nothing proven:\n%s", drill.Stderr)
	}
	s.sql("TRUNCATE visits")
	s.Must("backup", "now", app)
	s.recovered(t)
}

// twoAtOnce asks for two backups at once, and has the timer ask for another.
func (s *site) twoAtOnce(t *testing.T) {
	begun, goOn := s.store.hold(t, savesData, false)
	var results [2]e2e.Result
	var both sync.WaitGroup
	for i := range results {
		both.Go(func() { results[i] = s.Run("backup", "now", app) })
	}
	begun()
	if said := s.Root(app, shell.Lines(shell.Journal, `systemctl start slipway-backup.service && echo started || journal -u slipway-backup.service -n 5`)); !strings.Contains(said, "another backup is running since") {
		t.Errorf("the timer's backup says\n%s", said)
	}
	s.Root(app, `systemctl reset-failed slipway-backup.service`)
	goOn()
	both.Wait()
	if results[0].Code != 0 || results[1].Code != 0 || results[0].Stdout != results[1].Stdout {
		t.Errorf("got %+v", results)
	}
	s.recovered(t)
}

// oldBackups keeps those of two days, and no fewer than the last day's.
func (s *site) oldBackups(t *testing.T) {
	made := s.listed(t)
	s.Root(app, `set -a; . /etc/slipway/backup.env
for day in 2 3 4 5; do
  restic -r s3:http://`+storeAt+`/`+bucket+`/`+app+` -p /etc/slipway/backup.key backup -q --no-cache --host `+app+` --time "$(date -d "$day days ago" '+%F 12:00:00')" \
    --tag "$(sed -n 's/.*"tag": "\(.*\)".*/\1/p' /etc/slipway/data.json)" /etc/hostname
done`)
	before := s.listed(t)
	if len(before) != len(made)+4 {
		t.Fatalf("there are %q, and %q were made", before, made)
	}
	s.Deploy("--sample", "hello", "--name", app, "--backup-keep", "2 daily")
	s.store.fail(func(w http.ResponseWriter, r *http.Request) bool {
		return savesData(r) && refuse(w, http.StatusForbidden, "AccessDenied")
	})
	s.bad(t, "refuses the credentials")
	if listed := s.listed(t); !slices.Equal(listed, before) {
		t.Errorf("a failed backup removed others: %q of %q", listed, before)
	}
	s.store.fail(nil)
	s.good(t)
	if listed := s.listed(t); len(listed) != len(made)+2 || listed[len(made)+1] != before[len(made)] {
		t.Errorf("there are %q of %q", listed, before)
	}
	s.Deploy("--sample", "hello", "--name", app, "--backup-keep", "7 daily, 4 weekly, 6 monthly")
}
