package digitalocean

import (
	"net/http"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// extends gives a droplet that exists backups, a reserved IP and a project.
func (o *operator) extends(t *testing.T, cloud e2e.Cloud, before string, hello []string) {
	t.Helper()
	cloud.AddProject("shops")
	more := append([]string{"--backups", "--reserved-ip", "--project", "shops"}, hello...)
	plan := o.Must(append([]string{"--plan"}, more...)...)
	for _, want := range []string{"turn on weekly backups", "($0.80 a month", "reserve an IP address", "put the droplet into project shops"} {
		if !strings.Contains(plan.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	after := o.Deploy(more...)
	if held := cloud.Contents().ReservedIPs; len(held) != 1 || after.URL == before || after.Host != held[0] {
		t.Errorf("it answers at %s with the reserved IPs %v", after.URL, held)
	}
	o.answersFor(t, after.URL, "$4.80 a month")
}

// shrinks takes that away again.
func (o *operator) shrinks(t *testing.T, cloud e2e.Cloud, before string, hello []string) {
	t.Helper()
	after := o.Deploy(append([]string{"--backups=false", "--reserved-ip=false"}, hello...)...)
	if held := cloud.Contents().ReservedIPs; len(held) != 0 || after.URL != before {
		t.Errorf("it answers at %s with the reserved IPs %v", after.URL, held)
	}
	o.answersFor(t, after.URL, "$4.00 a month")
}

// answersFor sees that the app answers, and what list and status say that it costs.
func (o *operator) answersFor(t *testing.T, url, cost string) {
	t.Helper()
	if status, _ := e2e.Ask(t, url); status != http.StatusOK {
		t.Errorf("%s answers %d", url, status)
	}
	for _, args := range [][]string{{"list"}, {"status"}} {
		if r := o.Must(args...); !strings.Contains(r.Stdout, cost) {
			t.Errorf("%v does not say %s: %s", args, cost, r.Stdout)
		}
	}
}
