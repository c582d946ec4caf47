package operations

import (
	"encoding/json"
	"strings"
	"testing"
)

// doctor finds everything that was changed by hand, names it, and mends it.
func (s *site) doctor(t *testing.T) {
	if r := s.feed("", "doctor", app); r.Code != 0 || !strings.Contains(r.Stdout, "ops is as it was deployed") {
		t.Fatalf("before anything drifted: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	unit := "app-ops-" + s.deployed.Release
	s.Root(app, `echo 'PermitRootLogin yes' >/etc/ssh/sshd_config.d/00-slipway.conf
nft flush ruleset
systemctl stop `+unit+`.service `+unit+`.socket
echo '# another line' >>/etc/nginx/sites-available/ops
chmod 666 /etc/slipway/deployment.json
chmod 644 /etc/slipway/variables/*.env`)
	found := s.feed("", "doctor", app)
	for _, want := range []string{
		"sshd's PermitRootLogin is no (now: yes)",
		"write /etc/ssh/sshd_config.d/00-slipway.conf (now: other content)",
		"load the firewall's rules: 22, 80 in, the rest dropped (now: none are loaded)",
		"start release " + s.deployed.Release + ", now and at every boot (now: service inactive enabled, socket inactive enabled)",
		"write /etc/nginx/sites-available/ops (now: other content)",
		"write /etc/slipway/deployment.json (now: mode 666, of root:root)",
		"make the file of the app's variables",
	} {
		if !strings.Contains(found.Stdout, "to mend: "+want+"\n") {
			t.Errorf("it does not say: %s", want)
		}
	}
	if found.Code != 1 || !strings.Contains(found.Stderr, "hint: slipway doctor ops --mend mends it") {
		t.Errorf("exit %d\n%s%s", found.Code, found.Stdout, found.Stderr)
	}
	s.events(t)
	mended := s.feed("", "doctor", app, "--mend")
	if last := lastLine(mended.Stdout); mended.Code != 0 || last != s.deployed.URL {
		t.Fatalf("exit %d\n%s%s", mended.Code, mended.Stdout, mended.Stderr)
	}
	if r := s.feed("", "doctor", app); r.Code != 0 {
		t.Errorf("after it was mended: exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	if again := s.Deploy("--sample", "hello", "--name", app); again.Changed {
		t.Errorf("a deployment after that changes something: %v", again.Steps)
	}
}

// events are what a script reads of a look for drift.
func (s *site) events(t *testing.T) {
	drifted := map[string]bool{}
	for line := range strings.Lines(s.feed("", "doctor", app, "--json").Stdout) {
		var e struct{ Event, Step, Status string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event == "" {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Status == "would change" {
			drifted[e.Step] = true
		}
	}
	for _, step := range []string{"deployment", "sshd", "firewall", "proxy", "variables", "release", "verify"} {
		if !drifted[step] {
			t.Errorf("the events do not tell that %s drifted", step)
		}
	}
}

func lastLine(text string) string {
	text = strings.TrimSuffix(text, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}
