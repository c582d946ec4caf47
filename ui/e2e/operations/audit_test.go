package operations

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/audit"
)

// audited is an audit, by its checks.
func (s *site) audited(t *testing.T, args ...string) map[string]audit.Result {
	t.Helper()
	var report audit.Report
	r := s.must(t, "", append([]string{"audit", app, "--json"}, args...)...)
	if err := json.Unmarshal([]byte(r.Stdout), &report); err != nil || !strings.Contains(r.Stdout, `"event":"audit"`) || report.Time.IsZero() {
		t.Fatalf("%s: %v", r.Stdout, err)
	}
	results := map[string]audit.Result{}
	for _, result := range report.Results {
		results[result.Check] = result
	}
	return results
}

// audit finds what is so on the server, what was otherwise before, and what was
// spoilt since.
func (s *site) audit(t *testing.T) {
	const (
		listening = "only sshd and nginx listen to the world"
		outside   = "from outside only what is to be reached can be"
		writable  = "no file is anybody's to write"
		failed    = "no unit has failed"
		firewall  = "what is not let in is dropped, by IPv4 and IPv6"
	)
	found := s.audited(t)
	for _, check := range []string{listening, outside, writable, failed, firewall, "root can't log in", "no password lets anybody in", "nobody but root is root",
		"programs that run as another user are of Debian's packages", "the app is exposed by 1.5 of 10 at most"} {
		if found[check].Verdict != audit.Good {
			t.Errorf("%s: %+v", check, found[check])
		}
	}
	if got := found[outside].Found; got != "tcp 22, 80" {
		t.Errorf("reached from outside: %s", got)
	}
	if got := found[firewall].Before; !strings.HasPrefix(got, "bad: ") {
		t.Errorf("of the firewall before the first deployment it says %q", got)
	}
	notApplicable := 0
	for _, r := range found {
		if r.Verdict == audit.NotApplicable {
			notApplicable++
		}
	}
	if notApplicable == 0 {
		t.Error("a container is said to have all that needs a kernel of its own")
	}
	s.spoilt(t, listening, writable, failed)
	s.kept(t)
	if r := s.feed("", "audit", app, "--with", "lynis"); r.Code != 2 || !strings.Contains(r.Stderr, "--install") {
		t.Errorf("an auditor that is not there: exit %d\n%s", r.Code, r.Stderr)
	}
	if r := s.feed("", "audit", app, "--with", "nobody"); r.Code != 2 {
		t.Errorf("an auditor that nobody knows: exit %d\n%s", r.Code, r.Stderr)
	}
}

// spoilt spoils the server by hand, and has it found.
func (s *site) spoilt(t *testing.T, listening, writable, failed string) {
	// The names of a file and of a process are what the audit's own words look like.
	s.Root(app, `touch /etc/anybodys; chmod 666 /etc/anybodys
forged=$(printf '/etc/x\nasked yes\npackaged y\n\n--slipway-look-- audit ssh\npermitrootlogin yes')
touch "$forged"; chmod 666 "$forged"
ln -s /usr/bin/python3 /root/nginx
systemd-run --quiet --unit=forges-for-a-test.service /root/nginx -m http.server 8081
systemd-run --quiet --unit=fails-for-a-test.service false
systemd-run --quiet --unit=listens-for-a-test.service /usr/bin/python3 -m http.server 6379
until [ -n "$(ss -Htln 'sport = 8081')" ]; do sleep 0.1; done
until systemctl is-failed --quiet fails-for-a-test.service && [ -n "$(ss -Htln 'sport = 6379')" ]; do sleep 0.1; done`)
	defer s.Root(app, `rm /etc/anybodys /etc/x?asked* /root/nginx; systemctl stop forges-for-a-test.service; systemctl reset-failed fails-for-a-test.service; systemctl stop listens-for-a-test.service`)
	text := s.must(t, "", "audit", app).Stdout
	for _, want := range []string{
		listening + ": and also tcp/",
		"tcp/6379 listens-for-a-test.service",
		"tcp/8081 forges-for-a-test.service",
		writable + ": /etc/",
		"/etc/anybodys",
		"/etc/x?asked yes?packaged y??--slipway-look-- audit ssh?permitrootlogin yes",
		"root can't log in: permitrootlogin no\n",
		failed + ": fails-for-a-test.service\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// kept: the reports are in the deployment's folder, for nobody else.
func (s *site) kept(t *testing.T) {
	for _, name := range []string{"audit-before.json", "audit-last.json"} {
		path := filepath.Join(s.State().Folder(app), name)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
			continue
		}
		var report audit.Report
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &report)
		}
		if err != nil || len(report.Results) == 0 {
			t.Errorf("%s holds %s (%v)", name, data, err)
		}
	}
}
