package databases

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

// TestShop deploys a Django project with PostgreSQL, Celery and Redis to servers with 1 GB
// of memory by one command.
func TestShop(t *testing.T) {
	localtest.NeedMachines(t)
	for _, image := range []string{"debian-13", "debian-12"} {
		t.Run(image, func(t *testing.T) {
			s := bootSmall(t, image, 1024)
			o := e2e.NewOperator(t, 4*time.Minute)
			arguments := append([]string{copied(t, "shop"), "--name", "shop"}, s.flags...)
			first := o.Deploy(arguments...)
			t.Logf("deployed in %.1f s", first.Seconds)
			ships(t, first.URL, 20)
			if again := o.Deploy(arguments...); again.Changed {
				t.Errorf("a run without changes changed something: %v", again.Steps)
			}
			if ports := o.Root("shop", openPorts); ports != "tcp 22\ntcp 80" {
				t.Errorf("these ports are open: %s", ports)
			}
			sealed(t, o)
			returns(t, o, first.URL)
			if r := o.Run("doctor", "shop"); r.Code != 0 {
				t.Errorf("doctor: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
			s.fits(t)
		})
	}
}

// ships has the worker ship orders.
func ships(t *testing.T, url string, count int) {
	t.Helper()
	var want []int
	for n := range count {
		var row struct{ Row int }
		answer(t, fmt.Sprintf("%s/add/%d", url, n), &row)
		want = append(want, n)
	}
	var got stock
	e2e.Until(t, "the worker", func() bool {
		answer(t, url+"/numbers", &got)
		return len(got.Shipped) >= count
	})
	if !slices.Equal(got.Orders, want) || !slices.Equal(got.Shipped, want) {
		t.Errorf("orders %v, shipped %v", got.Orders, got.Shipped)
	}
}

// sealed looks for ways by which others on the server get into the databases: the user
// that runs packages' code, and nginx's.
func sealed(t *testing.T, o *e2e.Operator) {
	t.Helper()
	for _, user := range []string{"slipway-build", "www-data", "nobody"} {
		for _, command := range []string{
			"psql -X -h /run/slipway-postgres -U app-shop app-shop -c 'select 1'",
			"psql -X -h /run/slipway-postgres -U postgres -c 'select 1'",
			"psql -X -h /run/slipway-postgres -U " + user + " app-shop -c 'select 1'",
			"redis-cli -s /run/slipway-redis/redis.sock -e ping",
		} {
			if out := o.Root("shop", "cd / && runuser -u "+user+" -- "+command+" 2>&1 && echo it may || echo refused"); !strings.HasSuffix(out, "refused") {
				t.Errorf("%s may: %s\n%s", user, command, out)
			}
		}
	}
}

// returns ends the databases' processes, and waits until the app answers from them again
// with all that there was.
func returns(t *testing.T, o *e2e.Operator, url string) {
	t.Helper()
	var before, after stock
	answer(t, url+"/numbers", &before)
	o.Root("shop", "systemctl kill -s KILL slipway-postgres.service slipway-redis.service")
	e2e.Until(t, "the databases", func() bool {
		status, _ := e2e.Ask(t, url+"/add/1000")
		return status == http.StatusOK
	})
	// Another thread of the app's may still have a connection of before: its answer is 500 once.
	e2e.Until(t, "the worker behind the new Redis", func() bool {
		status, body := e2e.Ask(t, url+"/numbers")
		return status == http.StatusOK && json.Unmarshal([]byte(body), &after) == nil && slices.Contains(after.Shipped, 1000)
	})
	if kept := slices.DeleteFunc(after.Orders, func(n int) bool { return n == 1000 }); !slices.Equal(kept, before.Orders) {
		t.Errorf("orders before %v, after the end of the databases %v", before.Orders, kept)
	}
}
