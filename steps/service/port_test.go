package service

import (
	"slices"
	"strings"
	"testing"

	"slipway/providers"
	"slipway/steps/app"
	"slipway/steps/fact/example"
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// TestPort has a database listen only where the app's client takes no socket.
func TestPort(t *testing.T) {
	host := func(kind string) app.ServiceName {
		return app.ServiceName{Variable: "DB_HOST", Kind: kind, Part: app.PartHost, NeedsHost: true}
	}
	part := func(kind, part string) app.ServiceName {
		return app.ServiceName{Variable: "DB_" + strings.ToUpper(part), Kind: kind, Part: part}
	}
	address := host(app.MariaDB)
	address.InAddress = true
	django := host(app.MariaDB)
	django.NeedsHost = false
	for name, c := range map[string]struct {
		kind   string
		names  []app.ServiceName
		native bool
		want   bool
	}{
		"Redis by its address":                  {kind: app.Redis},
		"Redis by host and port":                {kind: app.Redis, names: []app.ServiceName{host(app.Redis), part(app.Redis, app.PartPort)}, want: true},
		"Redis by either":                       {kind: app.Redis, names: []app.ServiceName{host(app.Redis), part(app.Redis, app.PartURL)}},
		"MariaDB by its address":                {kind: app.MariaDB},
		"MariaDB by host and password":          {kind: app.MariaDB, names: []app.ServiceName{host(app.MariaDB), part(app.MariaDB, app.PartPassword)}, want: true},
		"MariaDB's own library":                 {kind: app.MariaDB, names: []app.ServiceName{host(app.MariaDB), part(app.MariaDB, app.PartPassword)}, native: true},
		"MariaDB by an address of parts":        {kind: app.MariaDB, names: []app.ServiceName{address, part(app.MariaDB, app.PartPassword)}},
		"MariaDB by Django":                     {kind: app.MariaDB, names: []app.ServiceName{django, part(app.MariaDB, app.PartPassword)}},
		"PostgreSQL's host is a folder":         {kind: app.Postgres, names: []app.ServiceName{host(app.Postgres), part(app.Postgres, app.PartPassword)}},
		"the host of a kind that is not asked":  {kind: app.Postgres, names: []app.ServiceName{host(app.Redis)}},
		"MariaDB by a host without a password ": {kind: app.MariaDB, names: []app.ServiceName{host(app.MariaDB)}},
	} {
		p := with(t, c.kind, c.names...)
		p.App.Named = map[string]string{}
		if c.native {
			p.App.Named["mysqlclient"] = "requirements.txt"
		}
		fact := Facts(p)[0]
		written := example.Files(t, fact.Script(view(p, "")))
		unit := written["/etc/systemd/system/"+Unit(c.kind)]
		if has := !slices.Contains(shell.SplitLines(unit), "PrivateNetwork=yes"); has != c.want {
			t.Errorf("%s: it has a network %t, want %t", name, has, c.want)
		}
		if guarded := written[guardPath(c.kind)] != ""; guarded != c.want {
			t.Errorf("%s: there are rules %t, want %t", name, guarded, c.want)
		}
		if told := len(fact.Notes(view(p, ""))) > 0; told != c.want {
			t.Errorf("%s: the port is told of %t, want %t", name, told, c.want)
		}
		if err := shell.CheckUnit(unit); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPortVariables has the app find the port, and no password outside root's file.
func TestPortVariables(t *testing.T) {
	p := with(t, "mariadb,redis",
		app.ServiceName{Variable: "DB_HOST", Kind: app.MariaDB, Part: app.PartHost, NeedsHost: true},
		app.ServiceName{Variable: "DB_PORT", Kind: app.MariaDB, Part: app.PartPort},
		app.ServiceName{Variable: "DB_PASS", Kind: app.MariaDB, Part: app.PartPassword},
		app.ServiceName{Variable: "REDIS_HOST", Kind: app.Redis, Part: app.PartHost},
		app.ServiceName{Variable: "REDIS_PORT", Kind: app.Redis, Part: app.PartPort})
	variables := Variables(p)
	for _, want := range []string{"DB_HOST=127.0.0.1", "DB_PORT=3306", "DB_PASS=", "REDIS_HOST=127.0.0.1", "REDIS_PORT=6379"} {
		if !slices.Contains(variables, want) {
			t.Errorf("%s is not among %v", want, variables)
		}
	}
	if got := SecretsFile(p); got != layout.ServiceVariables {
		t.Errorf("the passwords are in %q", got)
	}
	mariaDB := Facts(p)[0]
	for looked, want := range map[string]string{"guarded": "make the password", "secrets": "start MariaDB"} {
		if !slices.ContainsFunc(mariaDB.Decide(view(p, looked+"\n")), func(c providers.Change) bool { return strings.HasPrefix(c.What, want) }) {
			t.Errorf("with %s alone, nothing does: %s", looked, want)
		}
	}
	if got := SecretsFile(with(t, "mariadb")); got != "" {
		t.Errorf("without a port there are passwords in %s", got)
	}
}
