package restores

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestRollbackWithData takes code and data back to before a migration, and forward again,
// and then with a lot of data.
func TestRollbackWithData(t *testing.T) {
	localtest.NeedMachines(t)
	t.Run("SQLite", func(t *testing.T) {
		s := newStore(e2e.NewOperator(t, 6*time.Minute), "restores-back")
		s.goesBack(t)
		s.large(t, func() {
			s.Root(s.name, `runuser -u app-`+s.name+` -- python3 -c '
import sqlite3
db = sqlite3.connect("/var/lib/app-`+s.name+`/kept/db.sqlite3")
db.executemany("insert into customers_customer (name, email) values (?, ?)", (("%d " % n + "x" * 990, "") for n in range(`+strconv.Itoa(*rows)+`)))
db.commit()'`)
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		s := newStore(e2e.NewOperator(t, 6*time.Minute), "restores-elephant")
		s.write("requirements.txt", "django\npsycopg[binary]\n")
		s.goesBack(t, "--service", "postgres")
		if rows := s.query(s.name, "select string_agg(name, ',' order by id) from customers_customer"); rows != "ann,bob,hal" {
			t.Errorf("the rows are %s", rows)
		}
		s.large(t, func() {
			s.query(s.name, "insert into customers_customer (name, email) select name, '' from ("+manyNames()+") many (name)")
		})
	})
}

// goesBack has a store's second version be rolled back with its data, put back, and rolled
// back and deployed again.
func (s *store) goesBack(t *testing.T, args ...string) {
	t.Helper()
	first := s.deploy(args...)
	s.add("ann", "bob")
	s.version("2")
	second := s.deploy()
	s.add("cid", "dee", "eve")
	s.says("version 2: 5 customers")

	refused := s.Run("rollback", "--with-data", "-y", s.name)
	if refused.Code != 2 || !strings.Contains(refused.Stderr, "--lose-data") || !strings.Contains(refused.Stderr, "3 rows of") {
		t.Errorf("-y alone: exit %d\n%s", refused.Code, refused.Stderr)
	}
	s.says("version 2: 5 customers")

	back := s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	if strings.TrimSpace(back.Stdout) != first {
		t.Errorf("stdout is %q, want %s", back.Stdout, first)
	}
	s.says("version 1: 2 customers")
	s.add("fay")

	s.Must(append(putBack(t, back.Stderr), "-y")...)
	s.says("version 2: 5 customers")
	s.add("gus")
	if again := s.Deploy(s.folder, "--name", s.name); again.Changed || again.Release != second {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}

	s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	s.says("version 1: 2 customers")
	s.deploy() // the migration has to run again over this data
	s.says("version 2: 2 customers")
	s.add("hal")
	if left := s.Root(s.name, "ls /var/lib/slipway/set-aside | grep -c t || :"); left != "0" && left != "1" {
		t.Errorf("%s pieces of replaced data are left after a release", left)
	}
}

// large has code and many rows back, which fill makes, while requests wait. How long it
// takes is logged: with 100,000 rows it is meant to be less than half a minute.
func (s *store) large(t *testing.T, fill func()) {
	t.Helper()
	fill()
	all := fmt.Sprintf("version 2: %d customers", *rows+3)
	s.write("another.txt", "a release\n")
	s.deploy()
	s.says(all)
	s.add("ivy")
	end := s.visit(t)
	began := time.Now()
	s.Must("rollback", "--with-data", "-y", "--lose-data", s.name)
	took := time.Since(began)
	visits, refused := end()
	t.Logf("rollback --with-data of %d rows took %.1f s; of %d requests %d were refused", *rows, took.Seconds(), visits, refused)
	s.says(all)
	if visits == 0 || refused > 0 {
		t.Errorf("of %d requests %d were refused", visits, refused)
	}
}

// visit asks for the app's page all the time, until end is called, which tells how often.
func (s *store) visit(t *testing.T) (end func() (visits, refused int)) {
	ctx, stop := context.WithCancel(t.Context())
	client := &http.Client{Timeout: time.Minute}
	var all, bad int
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ; ctx.Err() == nil; all++ {
			response, err := client.Get(s.url)
			if err != nil || response.StatusCode != http.StatusOK {
				bad++
			}
			if err == nil {
				response.Body.Close()
			}
		}
	}()
	return func() (int, int) {
		stop()
		<-done
		return all, bad
	}
}

// putBack is the command that was printed, which puts replaced data back.
func putBack(t *testing.T, stderr string) []string {
	t.Helper()
	_, after, found := strings.Cut(stderr, "this puts it back: slipway ")
	line, _, _ := strings.Cut(after, "\n")
	if !found {
		t.Fatalf("no command puts it back:\n%s", stderr)
	}
	return strings.Fields(line)
}
