package releases

import (
	"fmt"
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

// versioned is an app that says which version it is.
const versioned = `import time

from flask import Flask, request

app = Flask(__name__)
VERSION = %d


@app.route("/", methods=["GET", "POST"])
def index():
    request.get_data()
    return f"version {VERSION}"


@app.get("/slow")
def slow():
    time.sleep(1.2)
    return f"version {VERSION}"
`

// brokenAtImport and brokenInside are what is added to a release that must get
// no request.
const (
	brokenAtImport = "\nraise RuntimeError('broken at import')\n"
	brokenInside   = "\n\n@app.before_request\ndef broken():\n    raise RuntimeError('broken inside')\n"
)

// shop is a deployment whose app changes.
type shop struct {
	*e2e.Operator
	t       *testing.T
	folder  string
	version int
	url     string
}

func newShop(t *testing.T, name string) *shop {
	t.Helper()
	s := &shop{Operator: e2e.NewOperator(t, 4*time.Minute), t: t, folder: filepath.Join(t.TempDir(), name)}
	if err := os.Mkdir(s.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s.write("requirements.txt", "flask\n")
	return s
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// change writes the next version of the app, with something added.
func (s *shop) change(added string) {
	s.t.Helper()
	s.version++
	s.write("app.py", fmt.Sprintf(versioned, s.version)+added)
}

// serves waits until the app says that it is a version.
func (s *shop) serves(version int) {
	s.t.Helper()
	want := fmt.Sprintf("version %d", version)
	e2e.Until(s.t, want, func() bool {
		status, body := e2e.Ask(s.t, s.url)
		return status == http.StatusOK && body == want
	})
}

// redeploys deploys the next version and returns the release's name.
func (s *shop) redeploys() string {
	s.t.Helper()
	s.change("")
	began := time.Now()
	d := s.Deploy(s.folder)
	s.url = d.URL
	s.serves(s.version)
	if first := s.version == 1; (d.Handover == nil) != first {
		s.t.Errorf("version %d tells of a handover of %v", s.version, d.Handover)
	}
	s.t.Logf("%s: version %d: %.2f s until it answers (%v)", began.Format(time.TimeOnly), s.version, time.Since(began).Seconds(), d.Spent)
	if d.Handover != nil {
		s.t.Logf("%.2f s from its health to the last new request of the one before", *d.Handover)
	}
	return d.Release
}

// fails deploys a broken version, which must not take the traffic.
func (s *shop) fails(added string, want ...string) {
	s.t.Helper()
	s.change(added)
	began := time.Now()
	r := s.Run("--yes", s.folder)
	if r.Code != 1 {
		s.t.Errorf("a broken release: exit %d", r.Code)
	}
	for _, text := range want {
		if !strings.Contains(r.Stderr, text) {
			s.t.Errorf("the error does not say %q:\n%s", text, r.Stderr)
		}
	}
	s.t.Logf("a broken release was refused after %.2f s", time.Since(began).Seconds())
}

// TestUnderLoad deploys ten times in a row under a constant load, two of the
// releases broken, and rolls back twice: not one request is lost.
func TestUnderLoad(t *testing.T) {
	localtest.NeedMachines(t)
	s := newShop(t, "load")
	s.redeploys()
	l := startLoad(t.Context(), strings.TrimPrefix(s.url, "http://"), "version ")
	t.Cleanup(func() {
		if l.report(t); t.Failed() {
			t.Log(s.Root("load", "tail -n 30 /var/log/nginx/*error.log; journalctl -q --no-pager -o short-precise -u 'app-*' | tail -n 200"))
		}
	})
	s.redeploys()
	s.redeploys()
	s.fails(brokenAtImport, "broken at import", "which goes on, in", "files: app.py")
	good := s.redeploys()
	s.redeploys()
	s.rollsBack("", good)
	s.redeploys()
	s.fails(brokenInside, "broken inside", "status 500")
	s.redeploys()
	s.rollsBack(good, good)
	s.redeploys()
	s.redeploys()
	l.end()
	if l.answered < 1000 {
		t.Errorf("only %d requests were answered: that is no constant load", l.answered)
	}
	s.quiet()
}

// rollsBack lets a kept release take the traffic again.
func (s *shop) rollsBack(to, want string) {
	s.t.Helper()
	args := []string{"rollback", "load"}
	if to != "" {
		args = append(args, to)
	}
	began := time.Now()
	if r := s.Must(args...); strings.TrimSpace(r.Stdout) != want {
		s.t.Errorf("rolled back to %q, want %s", r.Stdout, want)
	}
	s.t.Logf("rolled back in %.2f s", time.Since(began).Seconds())
}

// quiet tells how long a redeployment takes that nothing disturbs.
func (s *shop) quiet() {
	s.t.Helper()
	s.redeploys()
	began := time.Now()
	if again := s.Deploy(s.folder); again.Changed || again.Handover != nil {
		s.t.Errorf("a run without changes changed something: %v", again.Steps)
	}
	s.t.Logf("a redeployment without changes: %.2f s", time.Since(began).Seconds())
}
