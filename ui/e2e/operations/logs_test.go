package operations

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"slipway/ui/e2e"
)

// logs prints what the app said and, as JSON, what it was asked.
func (s *site) logs(t *testing.T) {
	if said := s.must(t, "", "logs", app, "--lines", "500").Stdout; !strings.Contains(said, "Listening at:") {
		t.Errorf("the app said:\n%s", said)
	}
	e2e.Ask(t, s.deployed.URL+"/asked-before?secret=1")
	e2e.Until(t, "nginx to write its log", func() bool {
		return strings.Contains(s.must(t, "", "logs", app, "--requests", "--since", "1 hour ago").Stdout, "/asked-before")
	})
	cmd := s.Command("logs", app, "--requests", "--lines", "1", "-f")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()         //nolint:errcheck // it is ended below
	defer cmd.Process.Kill() //nolint:errcheck // it may have ended
	lines := bufio.NewScanner(out)
	if !lines.Scan() { // it follows from the next line on
		t.Fatal("it prints nothing")
	}
	e2e.Ask(t, s.deployed.URL+"/asked-after")
	for lines.Scan() {
		var request struct {
			Method, Path string
			Status       int
			Seconds      float64
		}
		if err := json.Unmarshal(lines.Bytes(), &request); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		if request.Path == "/asked-after" && request.Method == http.MethodGet && request.Status == http.StatusNotFound {
			return
		}
	}
	t.Error("it ended before the request was told of")
}
