package operations

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestDatabase opens a database, moves its data out and in, and has destroy ask for it.
func TestDatabase(t *testing.T) {
	localtest.NeedMachines(t)
	o := &shop{e2e.NewOperator(t, 6*time.Minute)}
	o.Deploy("--sample", "hello", "--name", "shop", "--service", "postgres")
	if r := o.Run("db", "shop", "--service", "redis"); r.Code != 2 || !strings.Contains(r.Stderr, "shop has no redis beside it") {
		t.Errorf("another database: exit %d\n%s", r.Code, r.Stderr)
	}
	o.sql(t, "create table orders (n int, b bytea); insert into orders select n, '\\x000aff0d'::bytea from generate_series(1, 1000) n")
	dump := o.Must("db", "dump", "shop").Stdout
	o.sql(t, "delete from orders where n > 10")
	for name, c := range map[string]struct{ dump, want string }{
		"cut short": {dump[:len(dump)/2], "load postgres of shop"},
		"empty":     {"", "the dump is empty"},
		"no dump":   {"hello", "load postgres of shop"},
	} {
		if code, printed := o.with(t, strings.NewReader(c.dump), "db", "load", "-y", "shop"); code != 1 || !strings.Contains(printed, c.want) {
			t.Errorf("%s: exit %d\n%s", name, code, printed)
		}
		if got := o.sql(t, "select count(*) from orders"); got != "10" {
			t.Fatalf("%s: there are %s rows", name, got)
		}
	}
	code, printed := o.with(t, strings.NewReader(dump), "db", "load", "-y", "shop")
	if code != 0 || !strings.Contains(printed, "slipway restore shop before-") {
		t.Fatalf("load: exit %d\n%s", code, printed)
	}
	if got := o.sql(t, `select count(*) from orders where b = '\x000aff0d'`); got != "1000" {
		t.Errorf("there are %s rows after the load", got)
	}
	if left := o.Root("shop", "ls /var/lib/slipway/db-load-* 2>/dev/null || :"); left != "" {
		t.Errorf("the server still has %s", left)
	}
	r := o.Run("destroy", "-y", "shop")
	for _, want := range []string{"PostgreSQL: 1000 rows in 1 table", "set aside", "--lose-data"} {
		if r.Code != 2 || !strings.Contains(r.Stderr, want) {
			t.Errorf("destroy -y: exit %d, want 2 and %q\n%s", r.Code, want, r.Stderr)
		}
	}
}

type shop struct{ *e2e.Operator }

// sql runs a query in the app's database, typed or as a word.
func (o *shop) sql(t *testing.T, query string) string {
	t.Helper()
	code, printed := o.with(t, strings.NewReader(query), "db", "shop", "--", "-Atq")
	if code != 0 {
		t.Fatalf("%s: exit %d\n%s", query, code, printed)
	}
	return strings.TrimSpace(printed)
}

// with runs slipway with something on its standard input, and gives all that it prints.
func (o *shop) with(t *testing.T, in io.Reader, args ...string) (int, string) {
	t.Helper()
	cmd := o.Command(args...)
	var printed bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &printed, &printed
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), printed.String()
}
