package appplatform

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway/ui/e2e"
)

// TestDjango has a Django project with PostgreSQL run on three instances: a release under
// load loses no request, a broken one never has a visitor, and a rollback brings the first
// one back.
func TestDjango(t *testing.T) {
	o := newOperator(t)
	folder := copied(t, "notes")
	arguments := []string{folder, "--name", "notes", "--instances", "3", "--env", "SECRET_KEY=of a test"}
	first := o.deploy(arguments...)
	t.Logf("deployed in %.1f s", first.Seconds)
	if again := o.deploy(arguments...); again.Changed {
		t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	answer(t, first.URL+"/add/one", &struct{}{})
	o.instances(first.URL, 3)

	load := e2e.StartLoad(t, first.URL)
	edit(t, folder+"/project/urls.py", "RELEASE = 1", "RELEASE = 2")
	second := o.deploy(arguments...)
	t.Logf("released in %.1f s", second.Seconds)
	o.says(first.URL, 2, 1)

	edit(t, folder+"/project/wsgi.py", "get_wsgi_application()\n", "get_wsgi_application()\n1 / 0\n")
	broken := o.Run(append([]string{"--yes", "--provider", "app-platform"}, arguments...)...)
	if text := broken.Stdout + broken.Stderr; broken.Code != 1 || !strings.Contains(text, "ZeroDivisionError") || !strings.Contains(text, "the release before it goes on") {
		t.Errorf("a broken release: exit %d\n%s", broken.Code, text)
	}
	o.says(first.URL, 2, 1)
	answers, failures := load.Stop()
	t.Logf("answers: %v", answers)
	for _, failure := range failures[:min(20, len(failures))] {
		t.Error(failure)
	}
	if len(answers) != 2 {
		t.Errorf("the answers are %v, want those of two releases", answers)
	}
	o.Must("rollback", "notes")
	o.says(first.URL, 1, 1)
	o.nothing("notes")
}

// says checks what the front page says.
func (o *operator) says(url string, release, entries int) {
	o.T.Helper()
	var page struct{ Release, Entries int }
	answer(o.T, url, &page)
	if page.Release != release || page.Entries != entries {
		o.T.Errorf("the page is %+v, want release %d with %d entries", page, release, entries)
	}
}

// instances checks that so many instances answer, and that their connections to the
// database are encrypted.
func (o *operator) instances(url string, want int) {
	o.T.Helper()
	seen := map[string]bool{}
	for range 10 * want {
		var at struct {
			Instance  string
			Encrypted bool
		}
		answer(o.T, url+"/where", &at)
		seen[at.Instance] = true
		if !at.Encrypted {
			o.T.Error("a connection to the database is not encrypted")
		}
	}
	if len(seen) != want {
		o.T.Errorf("these instances answer: %v, want %d", seen, want)
	}
}

// answers tells whether the app answers a request on a connection of its own.
func answers(url string) bool {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// TestHello has the sample on three instances lose one of them: that costs no more than
// the balancer takes to notice, and the instance comes back.
func TestHello(t *testing.T) {
	o := newOperator(t)
	first := o.deploy("--sample", "hello", "--name", "hello", "--instances", "3")
	t.Logf("deployed in %.1f s", first.Seconds)
	var ready []string
	for _, i := range o.platform.Instances(o.app("hello")) {
		ready = append(ready, i.Name)
	}
	if len(ready) != 3 {
		t.Fatalf("these instances run: %v", ready)
	}
	failOn(t, o.platform.Kill(t.Context(), o.app("hello"), ready[0]))
	asked, lost := 0, 0
	for killed := time.Now(); time.Since(killed) < 10*time.Second; asked++ {
		if !answers(first.URL) {
			lost++
		}
	}
	// The balancer takes an instance out with the first connection that fails.
	const fewLost = 5
	if lost > fewLost || asked <= fewLost {
		t.Errorf("%d of %d requests were lost after an instance was killed", lost, asked)
	}
	e2e.Until(t, "three instances again", func() bool {
		n := 0
		for _, i := range o.platform.Instances(o.app("hello")) {
			if i.Ready {
				n++
			}
		}
		return n == 3
	})
	status := o.Must("status", "hello").Stdout
	if !strings.Contains(status, "$36.00 a month") {
		t.Errorf("status does not say what it costs:\n%s", status)
	}
	o.nothing("hello")
}
