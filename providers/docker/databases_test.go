package docker

import (
	"bytes"
	"strings"
	"testing"

	"slipway/providers"
)

// movesData opens each database, dumps it, changes it, loads the dump, and tries dumps that
// can't be loaded. It wants a table "kept" in the databases and a key of that name in Redis.
func (w opened) movesData(t *testing.T) {
	t.Helper()
	if kinds, err := w.Databases(t.Context(), w.spec); err != nil || strings.Join(kinds, " ") != "mariadb postgres redis" {
		t.Errorf("there are %v, %v", kinds, err)
	}
	if got := w.dump(t, "redis"); !strings.HasPrefix(got, "REDIS") {
		t.Errorf("the dump of Redis is %q", got)
	}
	quiet := func(string) {}
	bad := map[string]string{"postgres": "select 1/0;\n--\n-- PostgreSQL database dump complete\n--\n", "mariadb": "select none;\n-- Dump completed\n"}
	for kind, words := range map[string][]string{"postgres": {"-Atq"}, "mariadb": {"-N"}} {
		w.query(t, kind, words, "delete from kept; insert into kept values (1), (2), (3);")
		dump := w.dump(t, kind)
		w.query(t, kind, words, "delete from kept; create table more (n int);")
		for name, broken := range map[string]string{"cut short": dump[:len(dump)*2/3], "empty": "", "no dump": "hello", "of a database that can't take it": bad[kind]} {
			if err := w.LoadDatabase(t.Context(), w.spec, kind, strings.NewReader(broken), quiet); err == nil {
				t.Errorf("%s takes a dump that is %s", kind, name)
			}
			if got := w.query(t, kind, words, "select count(*) from kept; select count(*) from more;"); got != "0\n0" {
				t.Fatalf("%s after a dump that is %s: %s", kind, name, got)
			}
		}
		if err := w.LoadDatabase(t.Context(), w.spec, kind, strings.NewReader(dump), quiet); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if got := w.query(t, kind, words, "select count(*) from kept;"); got != "3" {
			t.Errorf("%s has %s rows after the load", kind, got)
		}
		if status, err := w.OpenDatabase(t.Context(), w.spec, kind, providers.Command{Words: words, Stdin: strings.NewReader("select * from more;")}); err != nil || status == 0 && kind == "mariadb" {
			t.Errorf("%s keeps a table that the dump has not: %d, %v", kind, status, err)
		}
	}
	if _, left, err := w.in(t).exec(t.Context(), serviceName(w.spec, "postgres"), "", "ls", "/var/tmp"); err != nil || left != "" {
		t.Errorf("there is left: %s %v", left, err)
	}
}

func (w opened) dump(t *testing.T, kind string) string {
	t.Helper()
	var out bytes.Buffer
	if err := w.DumpDatabase(t.Context(), w.spec, kind, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func (w opened) query(t *testing.T, kind string, words []string, sql string) string {
	t.Helper()
	var out, complaint bytes.Buffer
	status, err := w.OpenDatabase(t.Context(), w.spec, kind, providers.Command{Words: words, Stdin: strings.NewReader(sql), Stdout: &out, Stderr: &complaint})
	if err != nil || status != 0 {
		t.Fatalf("%s: %s: status %d, %v: %s", kind, sql, status, err, complaint.String())
	}
	return strings.TrimSpace(out.String())
}
