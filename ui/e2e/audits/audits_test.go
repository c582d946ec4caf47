// Package audits has auditors that nobody here wrote judge servers deployed
// with --hardening strict. Every figure is printed, and may not fall below its
// floor.
package audits

import (
	"flag"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

var timed = flag.Bool("timed", false, "fail if a run that changes nothing takes more than 2 s, on a computer that does nothing else")

// server is a server deployed with --hardening strict.
type server struct {
	*e2e.Operator
	image, name string
	// args deploy it again.
	args []string
	url  string
}

// judged is what every server goes through, in order: what slipway promises
// first, for the auditors install programs of their own.
var judged = []struct {
	name  string
	judge func(*testing.T, server)
}{
	{"no changes", noChanges},
	{"other apps", otherApps},
	{"units", units},
	{"ssh-audit", sshAudit},
	{"lynis", lynis},
}

func TestDebian13(t *testing.T) { strict(t, "debian-13", "hello") }

func TestDebian12(t *testing.T) { strict(t, "debian-12", "accounts") }

// strict deploys a sample to a server of its own, once for all that judge it.
func strict(t *testing.T, image, sample string) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := server{Operator: e2e.NewOperator(t, 8*time.Minute), image: image, name: "audited-" + sample,
		args: []string{"--sample", sample, "--name", "audited-" + sample, "--image", image, "--hardening", "strict"}}
	s.Plain = true // what auditors judge is made of nothing but what a provider rents out
	first := s.Deploy(s.args...)
	s.url = first.URL
	t.Logf("%s: deployed with --hardening strict in %.1f s (%v)", image, first.Seconds, first.Spent)
	for _, j := range judged {
		t.Run(j.name, func(t *testing.T) {
			in := s
			in.Operator = &e2e.Operator{T: t, Home: s.Home, Env: s.Env}
			j.judge(t, in)
		})
	}
}

// noChanges runs the same again. How long that takes is the best of some
// runs, for the computer may be busy with other tests.
func noChanges(t *testing.T, s server) {
	best := math.Inf(1)
	for range 5 {
		again := s.Deploy(s.args...)
		if again.Changed || again.RoundTrips != 1 {
			t.Fatalf("a second run changed something: %d round trips, steps %v", again.RoundTrips, again.Steps)
		}
		if best = min(best, again.Seconds); best <= 1 {
			break
		}
	}
	t.Logf("%s: a run that changes nothing takes %.2f s and one round trip (2 s at most on a quiet computer)", s.image, best)
	if *timed && best > 2 {
		t.Errorf("a run that changes nothing takes %.2f s", best)
	}
}

// otherApps has an app with a database and files of its own take the sample's
// place.
func otherApps(t *testing.T, s server) {
	if status, body := e2e.Ask(t, s.url); status >= http.StatusInternalServerError {
		t.Errorf("the sample answers with status %d: %s", status, body)
	}
	django, err := filepath.Abs("../shapes/testdata/django")
	if err != nil {
		t.Fatal(err)
	}
	s.Deploy(django, "--name", s.name, "--image", s.image, "--hardening", "strict", "--test-command", "true", "--env", "SECRET_KEY=not much of one")
	for path, want := range map[string]string{"/": "notes", "/static/notes/style.css": "color: navy"} {
		if status, body := e2e.Ask(t, s.url+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("Django's %s: status %d, %q", path, status, body)
		}
	}
	t.Logf("%s: the sample and a Django app answer", s.image)
}
