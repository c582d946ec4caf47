package steps

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/layout"
	"slipway/steps/plan"
)

// TestKeptOnServer has what is empty left out, what can't be counted listed, and the look
// without the program count where the program says nothing.
func TestKeptOnServer(t *testing.T) {
	empty := `@ {"data":{"postgres":{"bytes":8000000,"counts":{"public.a":0}},"redis":{"bytes":9,"counts":{}},"files":{"bytes":0,"counts":{"bytes":0,"files":0}},"sqlite":{"bytes":0,"counts":{}}},"free":1,"state":true}`
	full := `@ {"data":{"postgres":{"bytes":8000000,"counts":{"public.a":1,"public.b":2}},"redis":{"bytes":9,"counts":{"0":1}},"files":{"bytes":3,"counts":{"bytes":3,"files":1}},"sqlite":{"bytes":12,"counts":{"db:t":0}}}}`
	for name, c := range map[string]struct {
		program, found string
		want           []string
	}{
		"nothing":     {empty, "files 0 0\ndatabase postgres 40000000\n", nil},
		"all":         {full, "files 2 15\ndatabase postgres 1\n", []string{"PostgreSQL: 3 rows in 2 tables, 8 MB", "Redis: 1 key, 9 B", "files in /var/lib/app-shop: 1 file, 3 B", "SQLite files in /var/lib/app-shop: 0 rows in 1 table, 12 B"}},
		"uncounted":   {`@ {"data":{"mariadb":{"bytes":0,"counts":{},"error":"it does not answer"}}}`, "", []string{"MariaDB: it could not be counted"}},
		"failed":      {`@ {"error":"no settings"}`, "files 4 4000\ndatabase redis 70\n", []string{"files in /var/lib/app-shop: 4 files, 4 kB", "Redis: it could not be counted, 70 B"}},
		"no program":  {"", "files 1 0\n", []string{"1 file"}},
		"no folder":   {"", "", nil},
		"not in plan": {empty, "database mariadb 500\n", []string{"MariaDB: it could not be counted, 500 B"}},
		"set aside":   {empty, "aside 1\n", []string{"set aside"}},
		"none aside":  {empty, "aside 0\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := keptOnServer(layout.Of("shop"), c.program, c.found)
			if len(got) != len(c.want) {
				t.Fatalf("got %v, want %q", got, c.want)
			}
			for i, want := range c.want {
				if !strings.HasSuffix(got[i].String(), want) && !strings.Contains(got[i].String(), want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestData(t *testing.T) {
	some, broken := []providers.Datum{{What: "the database"}}, errors.New("no answer")
	for name, c := range map[string]struct {
		data                 Data
		any, keptNew, keptAs bool
	}{
		"none":               {Data{served: true}, false, false, false},
		"some":               {Data{Kept: some, served: true}, true, true, true},
		"made before it ran": {Data{Kept: some}, true, false, false},
		"unseen":             {Data{Unseen: broken}, true, false, true},
		"unseen, known":      {Data{Unseen: broken, known: true}, false, false, true},
	} {
		if got := c.data.Any(); got != c.any {
			t.Errorf("%s: there is data: %v", name, got)
		}
		if got := c.data.mayBeServed(true); got != c.keptNew {
			t.Errorf("%s: a new server is kept: %v", name, got)
		}
		if got := c.data.mayBeServed(false); got != c.keptAs {
			t.Errorf("%s: a server of an earlier run is kept: %v", name, got)
		}
	}
}

func TestLastBackup(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	there, absent := t.TempDir(), t.TempDir()
	noted := `{"time":"2026-05-31T06:00:00Z","snapshots":["0123456789abcdef"]}`
	if err := os.WriteFile(filepath.Join(there, ".fetched.json"), []byte(noted), 0o600); err != nil {
		t.Fatal(err)
	}
	here, none := plan.BackupPlace{Scheme: "local", Rest: there}, plan.BackupPlace{Scheme: "local", Rest: absent}
	s3 := plan.BackupPlace{Scheme: "s3", Rest: "https://h/b"}
	for _, c := range []struct {
		state string
		to    plan.BackupPlace
		want  string
	}{
		{"", s3, "no good backup of it at s3:https://h/b"},
		{`state {"good":{}}`, s3, "no good backup"},
		{`state {"good":{"time":"2026-06-01T06:00:00Z"}}`, s3, "6 h old, with 0 rows of 0 tables and 0 files, at s3:https://h/b"},
		{`state {"good":{"time":"2026-06-01T06:00:00Z"}}`, none, "none was fetched to this computer, and those on the server go with it"},
		{`state {"good":{"id":"fedcba9876543210","time":"2026-06-01T06:00:00Z"}}`, here, "slipway backup fetch brings the others"},
		{`state {"good":{"id":"01234567","time":"2026-06-01T06:00:00Z"}}`, here, "it was fetched to this computer and stays there"},
	} {
		if got := lastBackup(c.state, c.to, now); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.state, got, c.want)
		}
	}
}

// tellingShelf is a shelf that keeps data.
type tellingShelf struct {
	shelfProvider
	data []providers.Datum
	err  error
}

func (p tellingShelf) Data(context.Context, providers.Spec) ([]providers.Datum, error) {
	return p.data, p.err
}

// TestRemovalTellsData has the platform's data shown, and the removal asked for by name.
func TestRemovalTellsData(t *testing.T) {
	s := onShelf{t: t, folder: t.TempDir(), home: state.Home{Dir: t.TempDir()}, shelf: newShelf(t)}
	s.write("one")
	if _, _, err := s.deploy(map[string]string{plan.KeyName: "shop"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		data []providers.Datum
		err  error
		want string
	}{
		{data: []providers.Datum{{What: "the database", Bytes: 3000}}, want: "shop keeps data, and -y alone"},
		{err: errors.New("no answer")},
		{},
	} {
		var open engine.OpenProvider = func(plan.Plan, string) (providers.Provider, error) {
			return tellingShelf{shelfProvider{s.shelf}, c.data, c.err}, nil
		}
		removal, err := OpenRemoval(t.Context(), "shop", s.home, open)
		if err != nil {
			t.Fatal(err)
		}
		if removal.Data.Any() != (c.want != "") || c.want != "" && !strings.Contains(removal.NeedsLose().Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c, removal.NeedsLose(), c.want)
		}
		if (c.err != nil) != strings.Contains(strings.Join(removal.Data.Lines(), "\n"), "no answer") {
			t.Errorf("it says %q", removal.Data.Lines())
		}
		removal.Close()
	}
}
