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
	s := newStore(e2e.NewOperator(t, 4*time.Minute), "restores-large")
	s.deploy()
	s.Root(s.name, `runuser -u app-restores-large -- python3 -c '
import sqlite3
db = sqlite3.connect("/var/lib/app-restores-large/kept/db.sqlite3")
db.executemany("insert into customers_customer (name) values (?)", (("%d " % n + "x" * 990,) for n in range(100000)))
db.commit()'`)
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
	t.Logf("rollback --with-data of 100 MB took %.1f s; %d requests were refused", took.Seconds(), <-failed)
	s.says("version 1: 100000 customers")
	if took > 30*time.Second {
		t.Errorf("it took %.1f s", took.Seconds())
	}
}
