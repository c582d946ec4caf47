package restores

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestRestoreOntoANewDroplet destroys a droplet under its app, not by Slipway: one command
// has the app answer on a new one, with the rows and the variables of the last backup.
func TestRestoreOntoANewDroplet(t *testing.T) {
	localtest.NeedMachines(t)
	cloud := e2e.NewCloud(t)
	s := newStore(cloud.Operator(t), "restores-sunk")
	s.write("requirements.txt", "django\npsycopg[binary]\n")
	s.deploy("--provider", "digitalocean", "--service", "postgres", "--backup-to", "spaces:fra1/restores-bucket", "--env", "GREETING=good day")
	s.add("ann", "bob", "cid")
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
	t.Logf("restore --as took %.1f s", time.Since(began).Seconds())
	lines := strings.Split(strings.TrimSpace(r.Stdout), "\n")
	s.url = lines[len(lines)-1]
	s.says("version 1: 3 customers, greeting good day")
	if rows := s.rows(name); rows != "ann,bob,cid" {
		t.Errorf("the rows are %s", rows)
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
	if held := cloud.Contents(); !slices.Equal(held.Buckets, []string{"restores-bucket"}) {
		t.Errorf("the account has %v", held.Buckets)
	}
}

// rows are the names of the customers, in the order in which they came.
func (s *store) rows(name string) string {
	s.T.Helper()
	return s.Root(name, `runuser -u postgres -- psql -h /run/slipway-postgres -tA -d app-`+name+` -c "select string_agg(name, ',' order by id) from customers_customer"`)
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
