package operations

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"al.essio.dev/pkg/shellescape"

	"slipway/ui/e2e"
)

// keepsData puts a file where the app keeps what it has: then -y alone does not remove the
// deployment, and on a terminal nothing but its name does.
func (s *site) keepsData(t *testing.T) {
	s.Must("run", app, "--", "sh", "-c", `mkdir "$STATE_DIRECTORY/empty"; echo one >"$STATE_DIRECTORY/notes"`)
	defer s.Must("run", app, "--", "sh", "-c", `rm "$STATE_DIRECTORY/notes"`)
	r := s.Run("destroy", "-y", app)
	for _, want := range []string{"files in /var/lib/app-" + app + ": 1 file, 4 B", "backups are off", "add --lose-data"} {
		if r.Code != 2 || !strings.Contains(r.Stderr, want) {
			t.Errorf("exit %d, want 2 and %q\n%s", r.Code, want, r.Stderr)
		}
	}
	for _, typed := range []string{"y", "yes", ""} {
		destroy := s.Command("destroy", app)
		cmd := exec.Command("script", "-qec", shellescape.QuoteCommand(destroy.Args), "/dev/null")
		cmd.Env, cmd.Dir, cmd.Stdin = destroy.Env, destroy.Dir, strings.NewReader(typed+"\n")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "type the name "+app) || !strings.Contains(string(out), "nothing was removed") {
			t.Errorf("%q typed: %v\n%s", typed, err, out)
		}
	}
	if status, _ := e2e.Ask(t, s.deployed.URL); status != http.StatusOK {
		t.Errorf("the app answers with %d", status)
	}
}
