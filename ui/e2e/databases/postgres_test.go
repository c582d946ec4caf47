package databases

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

// guestbook is what the app says of its rows.
type guestbook struct {
	Version int
	Names   []string
}

// openPorts are the ports that a server listens on.
const openPorts = `ss -Hltun | awk '{ n = split($5, part, ":"); print $1, part[n] }' | sort -u`

// TestPostgres deploys a Flask app with PostgreSQL to a server with 512 MB: releases and
// rollbacks keep its rows, and its tests see none of them.
func TestPostgres(t *testing.T) {
	localtest.NeedMachines(t)
	s := bootSmall(t, "debian-13", 512)
	o := e2e.NewOperator(t, 4*time.Minute)
	folder := copied(t, "guests")
	arguments := append([]string{folder, "--name", "guests"}, s.flags...)
	first := o.Deploy(arguments...)
	t.Logf("deployed in %.1f s", first.Seconds)
	signs(t, first.URL, "ada")
	if again := o.Deploy(arguments...); again.Changed || again.RoundTrips != 1 {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	becomes(t, folder, 2)
	second := o.Deploy(arguments...)
	if second.Steps["postgres"] != engine.Unchanged {
		t.Errorf("a release changes PostgreSQL: %v", second.Steps)
	}
	signs(t, first.URL, "grace")
	o.Must("rollback", "guests")
	says(t, first.URL, 1, "ada", "grace")
	if ports := o.Root("guests", openPorts); ports != "tcp 22\ntcp 80" {
		t.Errorf("these ports are open: %s", ports)
	}
	mended(t, o, first.URL)
	if r := o.Run("doctor", "guests"); r.Code != 0 {
		t.Errorf("doctor: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	s.fits(t)
}

// signs has the app write a row.
func signs(t *testing.T, url, name string) {
	t.Helper()
	var said guestbook
	answer(t, url+"/add/"+name, &said)
}

// says fails the test unless this version of the app has these rows.
func says(t *testing.T, url string, version int, names ...string) {
	t.Helper()
	var said guestbook
	answer(t, url, &said)
	if said.Version != version || !slices.Equal(said.Names, names) {
		t.Errorf("the app says %+v, want version %d and %v", said, version, names)
	}
}

// becomes makes another version of the app.
func becomes(t *testing.T, folder string, version int) {
	t.Helper()
	path := filepath.Join(folder, "app.py")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "VERSION = 1", "VERSION = "+strconv.Itoa(version), 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mended has doctor find what somebody did to PostgreSQL, and put it right with all rows.
func mended(t *testing.T, o *e2e.Operator, url string) {
	t.Helper()
	for what, harm := range map[string]string{
		"a port":            `sed -i "s/^listen_addresses.*/listen_addresses = '*'/" /etc/slipway/services/postgresql.conf && systemctl restart slipway-postgres.service || :`,
		"a stop":            "systemctl disable --now slipway-postgres.service",
		"an opened door":    "cd / && runuser -u postgres -- psql -X -q -h /run/slipway-postgres -c 'grant connect on database \"app-guests\" to public'",
		"a restart unknown": "rm /etc/slipway/services/postgres.started",
	} {
		o.Root("guests", harm)
		if r := o.Run("doctor", "guests"); r.Code != 1 || !strings.Contains(r.Stdout, "postgres: PostgreSQL beside the app") {
			t.Errorf("%s: doctor exits with %d\n%s%s", what, r.Code, r.Stdout, r.Stderr)
		}
		o.Must("doctor", "guests", "--mend")
		says(t, url, 1, "ada", "grace")
	}
	// Data of another version is never started, and doctor says so.
	o.Root("guests", "mv /usr/lib/postgresql/17 /usr/lib/postgresql/18")
	if r := o.Run("doctor", "guests"); r.Code != 1 || !strings.Contains(r.Stdout, "data of version 17, and PostgreSQL 18") {
		t.Errorf("another version: doctor exits with %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if r := o.Run("doctor", "guests", "--mend"); r.Code != 1 || !strings.Contains(r.Stderr, "it is not started over that data") {
		t.Errorf("another version: doctor --mend exits with %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	o.Root("guests", "mv /usr/lib/postgresql/18 /usr/lib/postgresql/17")
}

// theirs is somebody's own PostgreSQL on their server, with a row in it and a port.
const theirs = `sed -i 's/^#*max_connections.*/max_connections = 20/' /etc/postgresql/*/main/postgresql.conf && systemctl restart postgresql@17-main.service
cd / && runuser -u postgres -- psql -X -q -c "create table theirs as select 42 as n"`

// theirState is what that instance is: its process, its row, its settings and where it listens.
const theirState = `cd /; head -n 1 /var/lib/postgresql/17/main/postmaster.pid
runuser -u postgres -- psql -X -At -c "select n, current_setting('max_connections'), current_setting('port') from theirs"
pg_lsclusters -h; systemctl is-active postgresql@17-main.service; systemctl is-enabled postgresql.service
sha256sum /etc/postgresql/17/main/* /etc/postgresql-common/createcluster.conf 2>/dev/null; ls /etc/postgresql-common/createcluster.d 2>/dev/null || :`

// TestPostgresOfOthers deploys to a server on which somebody runs PostgreSQL already: it
// goes on through deployments, a killed run and destroy, after which nothing of Slipway's
// is left.
func TestPostgresOfOthers(t *testing.T) {
	localtest.NeedMachines(t)
	s := bootSmall(t, "debian-13", 2048)
	o := e2e.NewOperator(t, 4*time.Minute)
	s.root(t, "cloud-init status --wait >/dev/null; apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install postgresql")
	s.root(t, theirs)
	before := s.root(t, theirState)
	folder := copied(t, "guests")
	arguments := append([]string{folder, "--name", "guests"}, s.flags...)
	// The first run is killed while it makes PostgreSQL.
	o.KillAt(syscall.SIGKILL, func(step string, status engine.Status) bool { return step == "postgres" && status == engine.Changing }, arguments...)
	url := o.Deploy(arguments...).URL
	signs(t, url, "ada")
	if ports := o.Root("guests", openPorts); ports != "tcp 22\ntcp 5432\ntcp 80" {
		t.Errorf("these ports are open: %s", ports)
	}
	o.Root("guests", "systemctl restart slipway-postgres.service")
	says(t, url, 1, "ada")
	if now := o.Root("guests", theirState); now != before {
		t.Errorf("their PostgreSQL was\n%s\nand is\n%s", before, now)
	}
	o.Must("destroy", "-y", "--lose-data", "guests")
	if now := s.root(t, theirState); now != before {
		t.Errorf("after destroy their PostgreSQL is\n%s\nand was\n%s", now, before)
	}
	left := s.root(t, `ls -d /var/lib/slipway* /run/slipway-postgres /etc/slipway /etc/postgresql-common/createcluster.d/slipway.conf 2>/dev/null; systemctl list-unit-files --no-legend 'slipway*'; getent passwd app-guests slipway-build; true`)
	if left != "" {
		t.Errorf("destroy left %s", left)
	}
}
