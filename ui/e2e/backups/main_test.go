// Package backups tests backups on a real machine, with a real S3 server and a real sshd:
// that they are made, found again and restored, and that nothing that goes wrong ends in a
// success that is false, or leaves less than there was.
package backups

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/backup"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// app is the name of the deployment that the tests share.
const app = "kept"

// site is a deployment with a database and files, whose backups go to an S3 server of the test's.
type site struct {
	*e2e.Operator
	// whole is the test of all; the store is reached as long as it runs.
	whole *testing.T
	store *store
	// ids are the backups that were good so far, the oldest first.
	ids []string
}

// TestBackups has one machine for all of them: each leaves it with good backups.
func TestBackups(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 12*time.Minute)
	o.Env = []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey}
	s := &site{Operator: o, whole: t, store: newStore(t)}
	o.Deploy("--sample", "hello", "--name", app, "--service", "postgres", "--backup-to", "s3:http://"+storeAt+"/"+bucket+"/"+app)
	o.Env = nil // the server keeps the credentials
	s.fill(t)
	s.store.reach(t, o)
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"a backup in the night is made, found and proven", s.nightly},
		{"the commands", s.commands},
		{"the database grows while it is dumped", s.growing},
		{"two backups at once", s.twoAtOnce},
		{"an empty dump", s.emptyDump},
		{"a dump cut short", s.cutDump},
		{"a wrong key", s.wrongKey},
		{"a full bucket", s.fullBucket},
		{"a full disk", s.fullDisk},
		{"the bucket is gone", s.noBucket},
		{"the network is cut while uploading", s.cutNetwork},
		{"a clock an hour off", s.wrongClock},
		{"a table that is emptied", s.fewerRows},
		{"old backups go", s.oldBackups},
		{"slipway is killed", s.killedSlipway},
		{"the program is killed at its steps", s.killedProgram},
		{"the server is killed", s.killedServer},
		{"a corrupt pack in the repository", s.corruptPack},
		{"over SSH", s.overSSH},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.T = t
			began := time.Now()
			test.run(t)
			t.Logf("it took %.1f s", time.Since(began).Seconds())
			s.store.fail(nil)
		})
	}
	s.T = t
}

// impatient has the server wait no longer than a few seconds for an answer, until the test ends.
func (s *site) impatient(t *testing.T) {
	t.Helper()
	s.Root(app, `cp /etc/slipway/backup.env /root/backup.env && printf 'SLIPWAY_BACKUP_PATIENCE="5"\n' >>/etc/slipway/backup.env`)
	t.Cleanup(func() { s.afterwards(`mv /root/backup.env /etc/slipway/backup.env`) })
}

// afterwards runs a script as root once a test's own context has ended.
func (s *site) afterwards(script string) {
	before := s.T
	s.T = s.whole
	s.Root(app, script)
	s.T = before
}

// fill gives the deployment 20,000 rows, a file and an SQLite file.
func (s *site) fill(t *testing.T) {
	t.Helper()
	s.sql("CREATE TABLE customers AS SELECT g AS id, md5(g::text) AS name FROM generate_series(1, 20000) g; CREATE TABLE visits (at timestamptz)")
	s.Root(app, `runuser -u app-`+app+` -- python3 -c '
import os, sqlite3
os.makedirs("/var/lib/app-`+app+`/kept/uploads", exist_ok=True)
open("/var/lib/app-`+app+`/kept/uploads/a b.bin", "wb").write(os.urandom(3 << 20))
db = sqlite3.connect("/var/lib/app-`+app+`/kept/notes.db")
db.execute("CREATE TABLE notes (text)")
db.executemany("INSERT INTO notes VALUES (?)", [("x",)] * 50)
db.commit()'`)
}

// sql asks the app's database.
func (s *site) sql(query string) string {
	s.T.Helper()
	return s.Root(app, "runuser -u app-"+app+" -- psql -qAtX -v ON_ERROR_STOP=1 -h /run/slipway-postgres app-"+app+" <<'SQL'\n"+query+"\nSQL")
}

// condition is what status says of the backups.
func (s *site) condition(t *testing.T) backup.Condition {
	t.Helper()
	var status struct{ Backup backup.Condition }
	if err := json.Unmarshal([]byte(s.Must("status", "--json", app).Stdout), &status); err != nil {
		t.Fatal(err)
	}
	return status.Backup
}

// listed are the backups in the repository, the newest first.
func (s *site) listed(t *testing.T) []string {
	t.Helper()
	var ids []string
	for line := range strings.Lines(s.Must("backup", "list", "--json", app).Stdout) {
		var b struct{ ID string }
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, b.ID)
	}
	return ids
}

// good makes a backup that must be good, and looks that all earlier ones are still there.
func (s *site) good(t *testing.T) string {
	t.Helper()
	r := s.Must("backup", "now", app)
	id, _, _ := strings.Cut(r.Stdout, " ")
	listed := s.listed(t)
	s.ids = append(s.ids, id)
	for _, earlier := range s.ids {
		if !slices.Contains(listed, earlier) {
			t.Fatalf("the backup %s is gone: there are %q", earlier, listed)
		}
	}
	if c := s.condition(t); !c.Last.OK || c.LastGood == nil || !strings.HasPrefix(c.LastGood.ID, id) {
		t.Fatalf("after a good backup status says %+v", c)
	}
	return id
}

// bad makes a backup that must fail and say why; what there was before stays.
func (s *site) bad(t *testing.T, want string) {
	t.Helper()
	s.failed(t, want, s.Run("backup", "now", app))
}

// failed looks that a backup or a drill failed, says why, and shows nowhere as good.
func (s *site) failed(t *testing.T, want string, r e2e.Result) {
	t.Helper()
	if r.Code != 1 || !strings.Contains(r.Stderr, want) || r.Stdout != "" {
		t.Errorf("exit %d, want 1 and %q\n%s%s", r.Code, want, r.Stdout, r.Stderr)
	}
	if strings.Contains(r.Stdout+r.Stderr, secretKey) {
		t.Error("the output has a secret")
	}
	c := s.condition(t)
	if c.OK || len(c.Trouble) == 0 || !strings.Contains(strings.Join(c.Trouble, "\n"), want) {
		t.Errorf("status says %+v", c)
	}
	if c.LastGood == nil || !strings.HasPrefix(c.LastGood.ID, s.ids[len(s.ids)-1]) {
		t.Errorf("the last good backup is %+v, want %s", c.LastGood, s.ids[len(s.ids)-1])
	}
	if r := s.Run("doctor", app); r.Code != 1 || !strings.Contains(r.Stderr, "are not good") {
		t.Errorf("doctor: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	s.unharmed(t)
}

// unharmed looks that the live data is there, and that nothing was left beside it.
func (s *site) unharmed(t *testing.T) {
	t.Helper()
	if rows := s.sql("SELECT count(*) FROM customers"); rows != "20000" {
		t.Errorf("the app has %s customers", rows)
	}
	left := s.Root(app, `runuser -u postgres -- psql -qAtX -h /run/slipway-postgres -c "SELECT datname FROM pg_database WHERE datname LIKE '%beside%'" postgres
ls -d /var/lib/slipway/beside/* /var/lib/slipway/backup/dump /var/lib/slipway/backup/fetched 2>/dev/null || :`)
	if left != "" {
		t.Errorf("it left %s", left)
	}
}

// recovered looks that backups are made again once the fault is gone.
func (s *site) recovered(t *testing.T) {
	t.Helper()
	s.store.fail(nil)
	s.good(t)
	if c := s.condition(t); !c.OK {
		t.Errorf("after the fault status says %+v", c)
	}
}
