package service

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

// with is the example's plan with databases beside the app.
func with(t *testing.T, kinds string, names ...app.ServiceName) plan.Plan {
	t.Helper()
	p := example.Plan(t)
	p.Values = maps.Clone(p.Values)
	p.Values[plan.KeyService] = plan.NamedValue{Key: plan.KeyService, Value: kinds}
	p.App.ServiceNames = names
	return p
}

func view(p plan.Plan, looked string) fact.View {
	return fact.View{Plan: p, System: example.System(), Looked: looked}
}

func TestVariables(t *testing.T) {
	const url = "postgresql://app-accounts@/app-accounts?host=/run/slipway-postgres"
	for name, c := range map[string]struct {
		plan plan.Plan
		want map[string]string // "" is none
	}{
		"none":     {with(t, "none"), map[string]string{"DATABASE_URL": "", "PGHOST": ""}},
		"postgres": {with(t, "postgres"), map[string]string{"DATABASE_URL": url, "PGHOST": "/run/slipway-postgres", "PGPORT": "5432", "PGUSER": "app-accounts", "PGDATABASE": "app-accounts", "REDIS_URL": ""}},
		"names that the app reads": {with(t, "postgres",
			app.ServiceName{Variable: "SQLALCHEMY_DATABASE_URI", Kind: app.Postgres, Part: app.PartURL, Scheme: "postgresql+asyncpg"},
			app.ServiceName{Variable: "OTHER_URI", Kind: app.Postgres, Part: app.PartURL, Scheme: "postgresql+pg8000"},
			app.ServiceName{Variable: "REDIS_HOST", Kind: app.Redis, Part: app.PartHost}),
			map[string]string{"SQLALCHEMY_DATABASE_URI": strings.Replace(url, "postgresql:", "postgresql+asyncpg:", 1), "DATABASE_URL": url, "REDIS_HOST": "",
				"OTHER_URI": "postgresql+pg8000://app-accounts@/app-accounts?unix_sock=/run/slipway-postgres/.s.PGSQL.5432"}},
		"two databases": {with(t, "mariadb,postgres"), map[string]string{"DATABASE_URL": url, "MYSQL_URL": "mysql://app-accounts@localhost/app-accounts?unix_socket=/run/slipway-mariadb/mariadb.sock"}},
	} {
		all := map[string]string{}
		for _, variable := range Variables(c.plan) {
			key, value, _ := strings.Cut(variable, "=")
			all[key] = value
		}
		for key, want := range c.want {
			if all[key] != want {
				t.Errorf("%s: %s is %q, want %q", name, key, all[key], want)
			}
		}
	}
	if built := strings.Join(BuildVariables(with(t, "postgres")), "\n"); strings.Contains(built, "app-accounts") || !strings.Contains(built, "PGUSER=slipway-build") {
		t.Errorf("a build gets %s", built)
	}
	if variables := Variables(with(t, "postgres", app.ServiceName{Variable: "DB_PASSWORD", Kind: app.Postgres, Part: app.PartPassword})); !slices.Contains(variables, "DB_PASSWORD=") {
		t.Errorf("a password that the app asks for is not there: %v", variables)
	}
}

// TestUnit has each unit be one that is written, without network and without an end to
// others' shared memory.
func TestUnit(t *testing.T) {
	for _, f := range Facts(with(t, "mariadb,postgres,redis")) {
		unit := example.Files(t, f.Script(view(with(t, "mariadb,postgres,redis"), "")))["/etc/systemd/system/"+Unit(f.Name)]
		for line, want := range map[string]bool{"PrivateNetwork=yes": true, "NoNewPrivileges=yes": true, "RestrictAddressFamilies=AF_UNIX": true, "RemoveIPC=yes": false, "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6": false} {
			if slices.Contains(shell.SplitLines(unit), line) != want {
				t.Errorf("%s: %s is there %t, want %t", f.Name, line, !want, want)
			}
		}
		if err := shell.CheckUnit(unit); unit == "" || err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// postgresGood is what a look prints of PostgreSQL as it should be.
func postgresGood(v fact.View) string {
	var b strings.Builder
	for _, f := range append(postgres.allFiles(v), postgres.started(v)) {
		b.WriteString(shell.Sum(f.Content) + "  " + f.Path + "\n" + f.Mode + " root:root " + f.Path + "\n")
	}
	return b.String() + "newest 17\nversion 17 17\nmade\n" + example.Unit(Unit(app.Postgres), "active", "enabled")
}

func TestDecide(t *testing.T) {
	p := with(t, "postgres")
	good := postgresGood(view(p, ""))
	for name, c := range map[string]struct{ looked, want string }{
		"good":                  {good, ""},
		"stopped":               {strings.Replace(good, "=active", "=failed", 1), "start PostgreSQL, now and at every boot"},
		"not at boot":           {strings.Replace(good, "=enabled", "=disabled", 1), "start PostgreSQL, now and at every boot"},
		"killed before a start": {strings.Replace(good, shell.Sum(postgres.started(view(p, "")).Content), "other", 1), "start PostgreSQL, now and at every boot"},
		"no database":           {strings.Replace(good, "made\n", "", 1), "make the role and the database app-accounts"},
		"settings edited":       {strings.Replace(good, "  "+postgresHBA, "x  "+postgresHBA, 1), "write " + postgresHBA},
		"of another version":    {strings.Replace(good, "version 17 17", "version 17 15", 1), postgres.upgrade},
	} {
		got := ""
		if changes := Facts(p)[0].Decide(view(p, c.looked)); len(changes) > 0 {
			got = changes[0].What
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestVersions has data never started by another version, and data that goes on with an
// older one be told of.
func TestVersions(t *testing.T) {
	for looked, c := range map[string]struct{ refused, told bool }{
		"":                               {false, false},
		"newest 17\nversion 17 17\n":     {false, false},
		"newest 17\nversion 15 15\n":     {false, true},
		"newest 17\nversion 17 15\n":     {true, true},
		"newest 15\nversion 15 17\n":     {true, true},
		"newest \nversion none 17\nx y ": {true, false},
	} {
		v := view(with(t, "postgres"), looked)
		f := Facts(v.Plan)[0]
		err := f.Refuse(v)
		failed, ok := errors.AsType[*providers.Failed](err)
		if (err != nil) != c.refused || c.refused && (!ok || failed.Next == "") || (len(f.Notes(v)) > 0) != c.told {
			t.Errorf("%q: refused with %v, told %v", looked, err, f.Notes(v))
		}
	}
}

// TestFits has settings that fit a server, and that stay when another kernel counts some
// megabytes less.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		memory int
		want   string
	}{
		{460, "shared_buffers = 32MB"}, {970, "shared_buffers = 62MB"}, {1970, "shared_buffers = 134MB"}, {3920, "shared_buffers = 268MB"}, {7940, "shared_buffers = 537MB"},
	} {
		files := func(memory int) string {
			v := fact.View{Plan: with(t, "postgres"), System: fact.System{Memory: memory}}
			return postgres.files(v)[0].Content + sliceFile(v).Content
		}
		if got := files(c.memory); !strings.Contains(got, c.want+"\n") || !strings.Contains(got, "listen_addresses = ''\n") {
			t.Errorf("with %d MB: %s, want %s", c.memory, got, c.want)
		}
		for _, other := range []int{c.memory - 6, c.memory + 6} {
			if files(other) != files(c.memory) {
				t.Errorf("%d MB and %d MB get other settings", other, c.memory)
			}
		}
	}
}

func TestTooSmall(t *testing.T) {
	worker := with(t, "postgres,redis")
	worker.App.Processes = map[string]string{"worker": "celery -A shop worker"}
	bigger := providers.Size{Name: "s-1vcpu-1gb", MemoryMB: 1024, Monthly: 6}
	for name, c := range map[string]struct {
		plan   plan.Plan
		memory int
		want   string
	}{
		"no database":  {with(t, "none"), 100, ""},
		"unknown":      {with(t, "postgres"), 0, ""},
		"the smallest": {with(t, "postgres"), 512, ""},
		"MariaDB":      {with(t, "mariadb"), 512, "512 MB of memory are little for the app and MariaDB beside it; 540 MB are enough: --size s-1vcpu-1gb has 1024 MB and costs $6.00 a month"},
		"a worker":     {worker, 512, "512 MB of memory are little for the app and PostgreSQL and Redis beside it; 560 MB are enough: --size s-1vcpu-1gb has 1024 MB and costs $6.00 a month"},
		"with 1 GB":    {worker, 1024, ""},
	} {
		if got := TooSmall(c.plan, c.memory, bigger); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for memory, told := range map[int]bool{460: false, 300: true} {
		v := fact.View{Plan: with(t, "postgres"), System: fact.System{Memory: memory}}
		if got := Facts(v.Plan)[0].Notes(v); (len(got) > 0) != told {
			t.Errorf("a server that has %d MB: %v", memory, got)
		}
	}
}

// TestInstances has the names that the program on the server reads.
func TestInstances(t *testing.T) {
	user := layout.Of("accounts").User
	want := Instance{Kind: "postgres", Unit: "slipway-postgres.service", Socket: "/run/slipway-postgres", Database: user, Role: user, User: "postgres", Data: "/var/lib/slipway-postgres/data"}
	if got := Instances(with(t, "postgres")); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v", got)
	}
}
