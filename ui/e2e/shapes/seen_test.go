package shapes

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// keeps deploys more releases, each a changed app, and rolls back twice: what the app
// keeps is there each time.
func keeps(releases int, path, want string) func(*testing.T, *e2e.Operator, e2e.Deployed) {
	return func(t *testing.T, o *e2e.Operator, d e2e.Deployed) {
		parts := strings.Split(t.Name(), "/")
		name, folder := parts[1], filepath.Join(t.TempDir(), "next")
		if err := os.CopyFS(folder, os.DirFS(testdata(t, parts[2]))); err != nil {
			t.Fatal(err)
		}
		made := []string{d.Release}
		for i := range releases {
			if err := os.WriteFile(filepath.Join(folder, "CHANGES"), fmt.Appendf(nil, "release %d\n", i), 0o600); err != nil {
				t.Fatal(err)
			}
			d = o.Deploy("--name", name, folder)
			if slices.Contains(made, d.Release) {
				t.Fatalf("release %s was there before", d.Release)
			}
			made = append(made, d.Release)
			says(t, d.URL+path, want)
		}
		for _, earlier := range []string{made[len(made)-2], made[max(0, len(made)-3)]} {
			o.Must("rollback", name, earlier)
			says(t, d.URL+path, want)
		}
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
