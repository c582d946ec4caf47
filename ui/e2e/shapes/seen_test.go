package shapes

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// keeps deploys another release and rolls it back: what the app keeps is there each time.
func keeps(path, want string) func(*testing.T, *e2e.Operator, e2e.Deployed) {
	return func(t *testing.T, o *e2e.Operator, first e2e.Deployed) {
		name := strings.Split(t.Name(), "/")[1]
		folder := testdata(t, t.Name()[strings.LastIndex(t.Name(), "/")+1:])
		next := filepath.Join(t.TempDir(), "next")
		if err := os.CopyFS(next, os.DirFS(folder)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(next, "CHANGES"), []byte("another release\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		second := o.Deploy("--name", name, next)
		if second.Release == first.Release {
			t.Fatal("a changed app is the same release")
		}
		says(t, second.URL+path, want)
		o.Must("rollback", name, first.Release)
		says(t, first.URL+path, want)
	}
}

// unserved is told at the end of the run and by status: visitors get a status, and why.
func unserved(status int, cause string) func(*testing.T, *e2e.Operator, e2e.Deployed) {
	return func(t *testing.T, o *e2e.Operator, d e2e.Deployed) {
		v := d.Visitors
		if v == nil || v.Served || v.Status != status || !strings.Contains(v.Cause+v.Next, cause) {
			t.Errorf("the end of the run says %+v, want status %d and %q", v, status, cause)
		}
		name := strings.Split(t.Name(), "/")[1]
		if r := o.Run("status", name); !strings.Contains(r.Stdout+r.Stderr, cause) {
			t.Errorf("status says:\n%s%s\nwant %q", r.Stdout, r.Stderr, cause)
		}
	}
}

// opensWebSocket asks for another protocol at a path, as a browser's WebSocket does.
func opensWebSocket(path string) func(*testing.T, *e2e.Operator, e2e.Deployed) {
	return func(t *testing.T, _ *e2e.Operator, d e2e.Deployed) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for key, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket",
			"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
			request.Header.Set(key, value)
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("%s answers %s", path, answer.Status)
		}
	}
}
