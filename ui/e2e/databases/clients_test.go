package databases

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestMariaDBClients has every client library reach MariaDB by its socket, in the forms that
// their documents show.
func TestMariaDBClients(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 5*time.Minute)
	folder := copied(t, "clients")
	first := o.Deploy("--name", "clients", folder)
	var ways []string
	if answer(t, first.URL, &ways); len(ways) < 12 {
		t.Errorf("only these ways are tried: %v", ways)
	}
	for _, way := range ways {
		var said string
		if answer(t, first.URL+"/ask/"+url.PathEscape(way), &said); said != "app-clients@localhost app-clients utf8mb4" {
			t.Errorf("%s: %s", way, said)
		}
	}
	if again := o.Deploy("--name", "clients", folder); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	if ports := o.Root("clients", "ss -Hltun | grep -c -E ':(3306|6379|5432) ' || :"); ports != "0" {
		t.Errorf("%s ports of databases are open", ports)
	}
}

// TestPorts has clients that take no socket reach MariaDB and Redis at ports of the
// loopback address, and nobody but the app.
func TestPorts(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 5*time.Minute)
	folder := copied(t, "ports")
	first := o.Deploy("--name", "ports", folder)
	var got struct {
		Rows, Keys int
		User       string
	}
	answer(t, first.URL, &got) // the health check asked before
	if answer(t, first.URL, &got); got.Rows < 2 || got.Keys < 2 || got.User != "app-ports@127.0.0.1" {
		t.Errorf("the app says %+v", got)
	}
	if again := o.Deploy("--name", "ports", folder); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	if listens := o.Root("ports", `ss -Hltn | awk '{ print $4 }' | grep -v -E ':(22|80)$' | sort | tr '\n' ' '`); listens != "127.0.0.1:3306 127.0.0.1:6379" {
		t.Errorf("these are open: %s", listens)
	}
	refused(t, o)
	keepsSecret(t, o)
	o.Root("ports", "nft delete table inet slipway_redis")
	if r := o.Run("doctor", "ports"); r.Code == 0 {
		t.Errorf("doctor does not see that the kernel's rules are gone:\n%s", r.Stdout)
	}
	o.Deploy("--name", "ports", folder)
	refused(t, o)
	if err := os.WriteFile(filepath.Join(folder, "app.py"), []byte("from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef front():\n    return '{}'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Deploy("--name", "ports", folder)
	if ports := o.Root("ports", "ss -Hltn | grep -c -E ':(3306|6379) ' || :"); ports != "0" {
		t.Errorf("an app that needs no port any more leaves %s open", ports)
	}
}

// refused wants that no other user of the server gets a connection: neither nginx's, nor
// that of packages' code, which has a role of its own at MariaDB's port.
func refused(t *testing.T, o *e2e.Operator) {
	t.Helper()
	for command, want := range map[string]string{
		"runuser -u www-data -- redis-cli -h 127.0.0.1 ping":                                                  "Connection refused",
		"runuser -u slipway-build -- redis-cli -h 127.0.0.1 ping":                                             "Connection refused",
		"runuser -u www-data -- mariadb --no-defaults -h 127.0.0.1 -u app-ports -e 'select 1'":                "Can't connect",
		"runuser -u slipway-build -- mariadb --no-defaults -h 127.0.0.1 -u app-ports -e 'select 1'":           "Access denied",
		"runuser -u slipway-build -- mariadb --no-defaults -h 127.0.0.1 -u slipway-build -D app-ports -e '' ": "Access denied",
	} {
		if out := o.Root("ports", "cd / && "+command+" 2>&1 || :"); !strings.Contains(out, want) {
			t.Errorf("%s: want %q, got %s", command, want, out)
		}
	}
}

// keepsSecret looks for the password where others could read it.
func keepsSecret(t *testing.T, o *e2e.Operator) {
	t.Helper()
	if modes := o.Root("ports", "stat -c '%a %U' /etc/slipway/services.env /etc/slipway/services/mariadb.password | sort -u"); modes != "600 root" {
		t.Errorf("modes: %s", modes)
	}
	found := o.Root("ports", `grep -rlF "$(cat /etc/slipway/services/mariadb.password)" /etc /srv /var/log /var/lib/slipway /run/systemd 2>/dev/null | sort | tr '\n' ' '`)
	if found != "/etc/slipway/services.env /etc/slipway/services/mariadb.password" {
		t.Errorf("the password is in %s", found)
	}
}
