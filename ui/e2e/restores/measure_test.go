package restores

import (
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestRollbackOf100MB has code and data of 100 MB back within half a minute, while requests wait.
func TestRollbackOf100MB(t *testing.T) {
	localtest.NeedMachines(t)
	t.Run("SQLite", func(t *testing.T) {
		s := newStore(e2e.NewOperator(t, 4*time.Minute), "restores-large")
		s.measured(t, func() {
			s.Root(s.name, `runuser -u app-restores-large -- python3 -c '
import sqlite3
db = sqlite3.connect("/var/lib/app-restores-large/kept/db.sqlite3")
db.executemany("insert into customers_customer (name) values (?)", (("%d " % n + "x" * 990,) for n in range(100000)))
db.commit()'`)
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		s := newStore(e2e.NewOperator(t, 4*time.Minute), "restores-mammoth")
		s.write("requirements.txt", "django\npsycopg[binary]\n")
		s.measured(t, func() { s.query(s.name, manyRows) }, "--service", "postgres")
	})
}

// manyRows makes 100,000 customers of 1 kB each.
const manyRows = "insert into customers_customer (name) select (select string_agg(md5((n * 32 + i)::text), '') from generate_series(1, 32) i) from generate_series(1, 100000) n"

// measured rolls a store back with its data, which fill made, and measures that.
func (s *store) measured(t *testing.T, fill func(), args ...string) {
	t.Helper()
	s.deploy(args...)
	fill()
	s.version("2")
	s.deploy()
	s.add("cid")
	done, failed := make(chan struct{}), make(chan int, 1)
	go func() {
		n := 0
		for {
			select {
			case <-done:
				failed <- n
				return
			case <-time.After(100 * time.Millisecond):
				if status, _ := e2e.Ask(t, s.url); status != 200 {
					n++
				}
			}
		}
	}()
	began := time.Now()
	s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	took := time.Since(began)
	close(done)
	t.Logf("rollback --with-data of 100 MB took %.1f s", took.Seconds())
	if n := <-failed; n > 0 {
		t.Errorf("%d requests were refused", n)
	}
	s.says("version 1: 100000 customers")
	if took > 30*time.Second {
		t.Errorf("it took %.1f s", took.Seconds())
	}
}
