package backups

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// pgDump has another program answer as pg_dump until the test ends. In it, real is pg_dump.
func (s *site) pgDump(t *testing.T, body string) {
	t.Helper()
	s.Root(app, `cd /usr/lib/postgresql/*/bin
[ -e /root/pg_dump ] || cp pg_dump /root/pg_dump
cp /root/pg_dump /usr/local/bin/real-pg_dump
cat >/usr/local/bin/instead-pg_dump <<'PROGRAM'
#!/bin/sh
real=/usr/local/bin/real-pg_dump
`+body+`
PROGRAM
chmod 755 /usr/local/bin/instead-pg_dump
mv pg_dump pg_dump.away
ln -s /usr/local/bin/instead-pg_dump pg_dump`)
	t.Cleanup(func() { s.afterwards(`cd /usr/lib/postgresql/*/bin && mv -f pg_dump.away pg_dump`) })
}

// emptyDump has pg_dump write nothing and say that all is well.
func (s *site) emptyDump(t *testing.T) {
	t.Run("fails", func(t *testing.T) {
		s.pgDump(t, `exit 0`)
		s.bad(t, "is empty")
	})
	s.recovered(t)
}

// cutDump has pg_dump stop in the middle and say that all is well.
func (s *site) cutDump(t *testing.T) {
	for name, bytes := range map[string]string{"within the list": "2000", "within the rows": "400000"} {
		t.Run(name, func(t *testing.T) {
			s.pgDump(t, `"$real" "$@" | head -c `+bytes)
			s.bad(t, "PostgreSQL")
		})
	}
	s.recovered(t)
}

// wrongKey has the server lose the key of its backups.
func (s *site) wrongKey(t *testing.T) {
	s.Root(app, `cp /etc/slipway/backup.key /root/key && head -c 32 /dev/urandom | base64 >/etc/slipway/backup.key`)
	s.bad(t, "made with another key")
	s.failed(t, "made with another key", s.Run("backup", "drill", app))
	if r := s.Run("backup", "list", app); r.Code != 1 {
		t.Errorf("list: exit %d\n%s", r.Code, r.Stdout)
	}
	s.Root(app, `cp /root/key /etc/slipway/backup.key`)
	s.Must("backup", "drill", app)
	s.recovered(t)
}

// fullBucket has the store take some of a backup, and then no more.
func (s *site) fullBucket(t *testing.T) {
	s.impatient(t) // restic tries again and again
	s.more(t)
	var saved atomic.Int64
	s.store.fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || strings.Contains(r.URL.Path, "/locks/") {
			return false
		}
		return saved.Add(1) > 1 && refuse(w, http.StatusInsufficientStorage, "InsufficientStorage")
	})
	s.bad(t, "no room left")
	s.recovered(t)
}

// more has the app keep something new, so that a backup has something to save.
func (s *site) more(t *testing.T) {
	t.Helper()
	s.Root(app, `runuser -u app-`+app+` -- sh -c 'head -c 40M /dev/urandom >/var/lib/app-`+app+`/kept/uploads/more.bin'`)
}

// fullDisk leaves the server no room for a dump.
func (s *site) fullDisk(t *testing.T) {
	for name, size := range map[string]string{"at the beginning": "20M", "while dumping": "72M"} {
		t.Run(name, func(t *testing.T) {
			s.Root(app, `cd /var/lib/slipway/backup && cp -a . /root/backup-state && mount -t tmpfs -o size=`+size+`,mode=700 none /var/lib/slipway/backup
cp -a /root/backup-state/state.json /root/backup-state/counts.json /var/lib/slipway/backup/ && rm -rf /root/backup-state`)
			if name == "while dumping" { // the size that is expected is that of the tables; what pg_dump writes is more
				s.pgDump(t, `"$real" "$@" && exec cat /dev/zero`)
			}
			s.bad(t, map[string]string{"at the beginning": "the disk is full", "while dumping": "No space left on device"}[name])
			s.Root(app, `umount /var/lib/slipway/backup`)
		})
	}
	s.recovered(t)
}

// noBucket takes the bucket away, and then has an empty one there.
func (s *site) noBucket(t *testing.T) {
	s.impatient(t)
	gone := func(w http.ResponseWriter, _ *http.Request) bool {
		return refuse(w, http.StatusNotFound, "NoSuchBucket")
	}
	s.store.fail(gone)
	s.bad(t, "the repository that has the earlier backups is gone")
	s.failed(t, "bucket", s.Run("backup", "drill", app))
	s.Must("backup", "key", app)
	s.store.fail(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/config") && refuse(w, http.StatusNotFound, "NoSuchKey") ||
			r.Method == http.MethodHead && strings.HasSuffix(r.URL.Path, "/config") && refuse(w, http.StatusNotFound, "NoSuchKey")
	})
	s.bad(t, "the repository that has the earlier backups is gone")
	s.store.fail(nil)
	s.Must("backup", "drill", app)
	s.recovered(t)
}

// cutNetwork lets nothing through any more once a backup is being saved.
func (s *site) cutNetwork(t *testing.T) {
	s.impatient(t)
	s.more(t)
	mended := make(chan struct{})
	var cut atomic.Bool
	s.store.fail(func(_ http.ResponseWriter, r *http.Request) bool {
		if savesData(r) {
			cut.Store(true)
		}
		if !cut.Load() {
			return false
		}
		select {
		case <-mended:
		case <-r.Context().Done():
		}
		return true
	})
	s.bad(t, "the connection is cut")
	close(mended)
	s.recovered(t)
}

// wrongClock has the store's clock be an hour ahead of the server's: an S3 server refuses
// that. And a time that lies in the future is never shown as a fresh backup's.
func (s *site) wrongClock(t *testing.T) {
	s.impatient(t)
	ahead := s.store.at(func() time.Time { return time.Now().Add(time.Hour) })
	s.store.fail(func(w http.ResponseWriter, r *http.Request) bool {
		ahead.ServeHTTP(w, r)
		return true
	})
	s.bad(t, "the server's clock is wrong")
	s.recovered(t)
	s.Root(app, `cp /var/lib/slipway/backup/state.json /root/state.json && python3 - <<'PROGRAM'
import json
path = "/var/lib/slipway/backup/state.json"
state = json.load(open(path))
import datetime
state["good"]["time"] = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
json.dump(state, open(path, "w"))
PROGRAM`)
	if c := s.condition(t); c.OK || !strings.Contains(strings.Join(c.Trouble, "\n"), "in the future") {
		t.Errorf("of a backup of the future status says %+v", c)
	}
	s.Root(app, `cp /root/state.json /var/lib/slipway/backup/state.json`)
}

// fewerRows empties a table: the backup is whole, and yet nobody is told that all is well.
func (s *site) fewerRows(t *testing.T) {
	s.sql("INSERT INTO visits SELECT now() FROM generate_series(1, 500)")
	s.good(t)
	s.sql("TRUNCATE visits")
	r := s.Must("backup", "now", app)
	id, _, _ := strings.Cut(r.Stdout, " ")
	s.ids = append(s.ids, id)
	want := "public.visits fell from"
	if c := s.condition(t); c.OK || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], want) || !strings.Contains(r.Stderr, want) {
		t.Errorf("status says %+v, and the backup\n%s", c, r.Stderr)
	}
	s.recovered(t)
}

// corruptPack changes a byte in each part of the repository's data: what is listed is there,
// and can't be restored.
func (s *site) corruptPack(t *testing.T) {
	packs := s.store.objects(t, "/data/")
	if len(packs) == 0 {
		t.Fatal("the store has no data")
	}
	turn := func() {
		for _, name := range packs {
			s.store.change(t, name, func(content []byte) { content[len(content)/3] ^= 1 })
		}
	}
	turn()
	s.failed(t, "is damaged", s.Run("backup", "drill", app))
	turn()
	s.Must("backup", "drill", app)
	s.recovered(t)
}
