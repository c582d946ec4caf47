// Package heroku tests deployments to a simulated Heroku that really builds and runs apps:
// from the first run to destroy, shapes of apps, runs that are killed, answers that are
// lost, and what is said of failures.
package heroku

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/heroku/fakeheroku"
	"slipway/providers/heroku/fakeheroku/contract"
	"slipway/ui/e2e"
)

func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }

// token must show nowhere but in requests to Heroku.
const token = "HRKU-6f1c0e5e-7d2c-4b1f"

// operator is somebody who runs slipway with an account at a Heroku of the test's own.
type operator struct {
	*e2e.Operator
	heroku *fakeheroku.Heroku
}

// newOperator gives a test an account. At its end all deployments are destroyed, and
// nothing is left in the account.
func newOperator(t *testing.T) *operator {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds apps")
	}
	h, err := fakeheroku.New(t.Context(), fakeheroku.Options{Dir: t.TempDir(), Token: token, HourlyLimit: 1 << 20, BootTimeout: 20 * time.Second, Grace: 2 * time.Second, Databases: true, Log: t.Logf})
	failOn(t, err)
	server := httptest.NewServer(contract.Held(t, h))
	t.Cleanup(func() {
		if left := h.Contents(); !left.Empty() {
			t.Errorf("after destroy the account has %+v", left)
		}
		server.CloseClientConnections()
		h.Close()
		server.Close()
	})
	o := &operator{e2e.NewOperator(t, 2*time.Minute), h}
	o.Env = []string{"HEROKU_API_URL=" + server.URL, "HEROKU_API_KEY=" + token, "NETRC=" + filepath.Join(o.Home, "none"), "SSL_CERT_FILE=" + h.CAFile()}
	return o
}

// args are the arguments of a deployment to Heroku.
func args(words ...string) []string { return append([]string{"--provider", "heroku"}, words...) }

func (o *operator) deploy(words ...string) e2e.Deployed {
	o.T.Helper()
	return o.Deploy(args(words...)...)
}

// onlyReads fails if anything was asked of Heroku since the last call that changes it.
func (o *operator) onlyReads() {
	o.T.Helper()
	for _, r := range o.heroku.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/log-sessions") {
			o.T.Errorf("%s %s where nothing may change", r.Method, r.Path)
		}
	}
	o.heroku.ForgetRequests()
}

func failOn(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// asks waits until an answer is good and has the text.
func asks(t testing.TB, url, want string) {
	t.Helper()
	e2e.Until(t, want+" at "+url, func() bool {
		status, body := e2e.Ask(t, url)
		return status == http.StatusOK && strings.Contains(body, want)
	})
}

// shape is the folder of an app of ui/e2e/shapes.
func shape(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "shapes", "testdata", name))
	failOn(t, err)
	return path
}

// edit puts another text into a file, once.
func edit(t testing.TB, path, was, is string) {
	t.Helper()
	content, err := os.ReadFile(path)
	failOn(t, err)
	if !strings.Contains(string(content), was) {
		t.Fatalf("%s has no %q", path, was)
	}
	failOn(t, os.WriteFile(path, []byte(strings.Replace(string(content), was, is, 1)), 0o600))
}
