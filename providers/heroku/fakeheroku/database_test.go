package fakeheroku_test

import (
	"context"
	"os/exec"
	"testing"
	"time"

	client "github.com/heroku/heroku-go/v6"

	"slipway/providers/heroku/fakeheroku"
)

func TestDatabases(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts PostgreSQL")
	}
	dir := t.TempDir()
	a := open(t, fakeheroku.Options{Dir: dir, Databases: true})
	if !a.HasPostgres() {
		t.Skip("there is no PostgreSQL on this computer")
	}
	a.app("keeps-data")
	o := must(a.AddOnCreate(t.Context(), "keeps-data", client.AddOnCreateOpts{Plan: "heroku-postgresql"}))
	until(t, "the database", func() bool { return must(a.AddOnInfo(t.Context(), o.ID)).State == "provisioned" })
	address := *must(a.ConfigVarInfoForApp(t.Context(), "keeps-data"))["DATABASE_URL"]
	query(t, address+"?sslmode=require", "CREATE TABLE kept (n int); INSERT INTO kept VALUES (41)")
	a.Close()

	again := open(t, fakeheroku.Options{Dir: dir, Databases: true})
	until(t, "the server for databases", func() bool { return exec.CommandContext(t.Context(), "psql", address, "-c", "SELECT 1").Run() == nil })
	if got := query(t, address, "SELECT n + 1 FROM kept"); got != "42\n" {
		t.Errorf("after a restart the table has %q", got)
	}
	must(again.AppDelete(t.Context(), "keeps-data"))
	until(t, "the removal of the database", func() bool { return exec.CommandContext(t.Context(), "psql", address, "-c", "SELECT 1").Run() != nil })
}

func query(t *testing.T, address, line string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "psql", address, "-At", "-c", line).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
