package restores

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/shell"
	"slipway/ui/e2e"
)

// TestRestoreOntoANewDroplet destroys a droplet under its app, not by Slipway: one command
// has the app answer on a new one, with the many rows and the variables of the last
// backup.
func TestRestoreOntoANewDroplet(t *testing.T) {
	localtest.NeedMachines(t)
	cloud := e2e.NewCloud(t, e2e.Baked()...)
	s := newStore(cloud.Operator(t), "restores-sunk")
	s.write("requirements.txt", "django\npsycopg[binary]\n")
	s.deploy("--provider", "digitalocean", "--service", "postgres", "--backup-to", "spaces:fra1/restores-bucket", "--env", "GREETING=good day")
	s.add("ann", "bob", "cid")
	s.query(s.name, "insert into customers_customer (name) "+manyNames())
	sum := s.query(s.name, checksum)
	s.Root(s.name, "install -D -o app-"+s.name+" /etc/hostname /var/lib/app-"+s.name+"/papers/one.txt")
	s.Must("backup", "now", s.name)
	before, err := s.State().Read(s.name)
	if err != nil {
		t.Fatal(err)
	}
	destroyDroplets(t, cloud)

	const name = "restores-afloat"
	began := time.Now()
	r := s.Must("restore", s.name, "latest", "--as", name, "--yes")
	t.Logf("restore --as of %d rows took %.1f s", *rows, time.Since(began).Seconds())
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	s.url = lines[len(lines)-1]
	s.says(fmt.Sprintf("version 1: %d customers, greeting good day", *rows+3))
	if got := s.query(name, checksum); got != sum {
		t.Errorf("the rows have the sum %s, they had %s", got, sum)
	}
	if owner := s.Root(name, "stat -c %U /var/lib/app-"+name+"/papers/one.txt"); owner != "app-"+name {
		t.Errorf("the file is %s's", owner)
	}
	s.add("dee")
	s.Must("backup", "now", name)
	s.Must("backup", "drill", name)
	if again := s.Deploy(s.folder, "--name", name); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	if after, err := s.State().Read(s.name); err != nil || after.Tag != before.Tag || after.Release != before.Release {
		t.Errorf("the old record is %+v, %v", after, err)
	}
	s.removed(name, "restores-again")
	if held := cloud.Contents(); !slices.Equal(held.Buckets, []string{"restores-bucket"}) {
		t.Errorf("the account has %v", held.Buckets)
	}
}

// removed removes a deployment by destroy, and has another one begin with its last backup.
func (s *store) removed(name, again string) {
	s.T.Helper()
	if gone := s.Must("destroy", "-y", "--lose-data", name); !strings.Contains(gone.Stderr, "slipway restore "+name+" --as NEWNAME") {
		s.T.Errorf("destroy does not say how its backups come back:\n%s", gone.Stderr)
	}
	if r := s.Run("restore", name, "-y"); r.Code != 2 || !strings.Contains(r.Stderr, "slipway restore "+name+" --as NEWNAME") {
		s.T.Errorf("restore of what was removed: exit %d, %s", r.Code, r.Stderr)
	}
	r := s.Must("restore", name, "--as", again, "--yes")
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	s.url = lines[len(lines)-1]
	s.says(fmt.Sprintf("version 1: %d customers, greeting good day", *rows+4))
}

// rows make the large databases: each is of 1 kB.
var rows = flag.Int("rows", 20_000, "how many rows of 1 kB the large databases have")

// manyNames is a query whose answer are so many names of 1 kB each.
func manyNames() string {
	return fmt.Sprintf("select (select string_agg(md5((n * 32 + i)::text), '') from generate_series(1, 32) i) from generate_series(1, %d) n", *rows)
}

// checksum is a query whose answer changes with any row.
const checksum = "select count(*) || ' ' || md5(string_agg(id || name, ',' order by id)) from customers_customer"

// query has PostgreSQL answer a query of a deployment's database.
func (s *store) query(name, sql string) string {
	s.T.Helper()
	return s.Root(name, shell.Command("runuser", "-u", "postgres", "--", "psql", "-h", "/run/slipway-postgres", "-tA", "-d", "app-"+name, "-c", sql))
}

// destroyDroplets has the cloud destroy every droplet, as somebody does at its control panel.
func destroyDroplets(t *testing.T, cloud e2e.Cloud) {
	t.Helper()
	call := func(method, path string, into any) {
		request, err := http.NewRequestWithContext(t.Context(), method, cloud.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+e2e.Token)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode/100 != 2 {
			t.Fatalf("%s %s: %s", method, path, answer.Status)
		}
		if into == nil {
			return
		}
		if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	var list struct{ Droplets []struct{ ID int } }
	call(http.MethodGet, "/v2/droplets", &list)
	if len(list.Droplets) != 1 {
		t.Fatalf("there are %d droplets", len(list.Droplets))
	}
	for _, d := range list.Droplets {
		call(http.MethodDelete, fmt.Sprintf("/v2/droplets/%d", d.ID), nil)
	}
}
