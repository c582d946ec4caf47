package operations

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/shell"
)

// variables are set and unset while the app is asked all the time; one that
// stops it from starting changes nothing.
func (s *site) variables(t *testing.T) {
	const secret = "h1dden-value \"$HOME\"\nof two lines"
	stop := s.load()
	s.must(t, "", "env", "set", "--name", app, "FIRST=1", "SECOND=two words")
	s.must(t, secret+"\n", "env", "set", "SECRET")
	if r := s.feed("", "env", "set", "FIRST=1"); r.Code != 0 || !strings.Contains(r.Stderr, "no changes") {
		t.Errorf("the same again: exit %d\n%s", r.Code, r.Stderr)
	}
	s.must(t, "", "env", "unset", "SECOND", "NEVER_SET")
	bad := s.feed("", "env", "set", "PYTHONHOME=/nowhere", "FIRST=2")
	if bad.Code != 1 || !strings.Contains(bad.Stderr, "No module named 'encodings'") || !strings.Contains(bad.Stderr, "the variables stay as they were") {
		t.Errorf("a value that stops the app: exit %d\n%s", bad.Code, bad.Stderr)
	}
	answered, failed := stop()
	t.Logf("%d requests answered while variables changed, %d not", answered, failed)
	if answered == 0 || failed > 0 {
		t.Errorf("%d requests were answered and %d were not", answered, failed)
	}
	if got := s.must(t, "", "env", "list").Stdout; got != "FIRST\nGREETING\nSECRET\n" {
		t.Errorf("the list is %q", got)
	}
	pid := s.Root(app, "systemctl show -p MainPID --value app-ops-"+s.deployed.Release+".service")
	environment := s.Root(app, `tr '\0' '|' </proc/`+pid+`/environ`)
	for _, want := range []string{"|FIRST=1|", "|SECRET=" + secret + "|", "|GREETING=hello there|"} {
		if !strings.Contains("|"+environment, want) {
			t.Errorf("the app's environment lacks %q: %q", want, environment)
		}
	}
	if left := s.Root(app, "ls /etc/slipway/variables; ls /etc/systemd/system | grep next || :"); left != s.deployed.Release+".env" {
		t.Errorf("what is left on the server: %s", left)
	}
	s.nowhere(t, "h1dden-value")
	if again := s.Deploy("--sample", "hello", "--name", app); again.Changed {
		t.Errorf("a deployment after that changes something: %v", again.Steps)
	}
}

// nowhere looks for a secret in what slipway keeps here, and on the server where
// it has no business.
func (s *site) nowhere(t *testing.T, secret string) {
	t.Helper()
	err := filepath.WalkDir(s.State().Dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "machine": // the machine's own disk
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), secret) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if found := s.Root(app, shell.Lines(shell.Journal, "grep -rlF "+secret+" /run/slipway /srv /var/lib/slipway /etc/systemd || :; journal -o short | grep -F "+secret+" || :")); found != "" {
		t.Errorf("the secret is on the server in %s", found)
	}
}
