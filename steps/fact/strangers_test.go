package fact

import (
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"slipway/providers"
	"slipway/steps/plan"
)

const anasKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1hJbLx1mDzzDYRLEjLfnUtSHbO9ncN4u2Lh2Jb0y3T"

// TestStrangersLogin decides as whom slipway logs in, from what the look prints.
func TestStrangersLogin(t *testing.T) {
	const free = "login slipway -\n"
	for name, c := range map[string]struct {
		looked string
		// user is the one that is chosen; "" is a refusal. said are texts of the note, or
		// of the refusal.
		user string
		said []string
	}{
		"nothing known":              {"", "deploy", nil},
		"no such user":               {"login deploy -\n" + free, "deploy", nil},
		"nobody acts as it":          {"login deploy -\n" + free, "deploy", nil},
		"a key":                      {"login deploy -\nlogin deploy key " + anasKey + " ana@laptop\n" + free, "slipway", []string{"1 key lets in there (ana@laptop)", "makes the user slipway"}},
		"a key without a comment":    {"login deploy key " + anasKey + "\n" + free, "slipway", []string{"SHA256:"}},
		"a key with options":         {"login deploy key command=\"x\" " + anasKey + " b\n" + free, "slipway", []string{"(b)"}},
		"keys":                       {"login deploy key " + anasKey + " a\nlogin deploy key " + anasKey + " b\nlogin deploy key junk\n" + free, "slipway", []string{"3 keys let in there (a, b, one that can't be read)"}},
		"an escape sequence":         {"login deploy key " + anasKey + " \x1b[2J\u202eb\x07\u009b\n" + free, "slipway", []string{"([2Jb)"}},
		"a password":                 {"login deploy -\nlogin deploy password\n" + free, "slipway", []string{"has a password"}},
		"a process":                  {"login deploy process puma\n" + free, "slipway", []string{"a process runs as it (puma)"}},
		"a crontab":                  {"login deploy file /var/spool/cron/crontabs/deploy\n" + free, "slipway", []string{"crontabs/deploy"}},
		"sudo as it":                 {"login deploy actor ana ALL=(deploy) NOPASSWD: ALL\n" + free, "slipway", []string{"act as it (ana ALL=(deploy)"}},
		"keys from elsewhere":        {"login deploy asks authorizedkeyscommand /usr/bin/keys\n" + free, "slipway", []string{"/usr/bin/keys"}},
		"a folder of one that went":  {"login deploy home /home/deploy\n" + free, "slipway", []string{"/home/deploy is there"}},
		"a group":                    {"login deploy group\n" + free, "slipway", []string{"a group"}},
		"LDAP":                       {"login deploy directory\n" + free, "slipway", []string{"directory"}},
		"root already":               {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL : ALL) NOPASSWD: ALL\n" + free, "deploy", nil},
		"root already, as root":      {"login deploy key " + anasKey + "\nlogin deploy sudo (root) NOPASSWD: ALL\n" + free, "deploy", nil},
		"root already, more tags":    {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL) SETENV: NOPASSWD: ALL\n" + free, "deploy", nil},
		"user 0":                     {"login deploy key " + anasKey + "\nlogin deploy root\n" + free, "deploy", nil},
		"sudo with its password":     {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL : ALL) ALL\nlogin deploy password\n" + free, "deploy", nil},
		"sudo, but no password":      {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL : ALL) ALL\n" + free, "slipway", nil},
		"sudo for one command":       {"login deploy key " + anasKey + "\nlogin deploy sudo (root) NOPASSWD: /usr/bin/systemctl restart shop\n" + free, "slipway", nil},
		"sudo for all but one":       {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL) NOPASSWD: ALL, !/bin/sh\n" + free, "slipway", nil},
		"sudo, never as root":        {"login deploy key " + anasKey + "\nlogin deploy sudo (ALL, !root) NOPASSWD: ALL\n" + free, "slipway", nil},
		"sudo as another":            {"login deploy key " + anasKey + "\nlogin deploy sudo (www-data) NOPASSWD: ALL\n" + free, "slipway", nil},
		"both are somebody's":        {"login deploy password\nlogin slipway key " + anasKey + " bob\n", "", []string{"deploy is somebody else's", "slipway is somebody else's on the server (1 key lets in there (bob))"}},
		"the second is root already": {"login deploy password\nlogin slipway key " + anasKey + " bob\nlogin slipway sudo (ALL) NOPASSWD: ALL\n", "slipway", nil},
		"nonsense":                   {"login\nlogin deploy\nlogin root key\nlogin x\x00 y\n", "deploy", nil},
	} {
		user, note, err := ChooseLogin(plan.Plan{}, c.looked)
		failed, ok := errors.AsType[*providers.Failed](err)
		if user != c.user || ok != (c.user == "") || ok && !strings.Contains(failed.Next, "usermod --login") {
			t.Errorf("%s: got %q, %v", name, user, err)
		}
		said := note
		if err != nil {
			said = err.Error()
		}
		for _, want := range c.said {
			if !strings.Contains(said, want) {
				t.Errorf("%s: it says %q, not %q", name, said, want)
			}
		}
		if strings.ContainsAny(said, "\x1b\x07\u202e\u009b\n") {
			t.Errorf("%s: it says %q", name, said)
		}
	}
	if user, _, err := ChooseLogin(plan.Plan{Login: "slipway"}, ""); user != "slipway" || err != nil {
		t.Errorf("without a look: %q, %v", user, err)
	}
}

// TestStrangersNames refuses what has the app's names and is somebody else's.
func TestStrangersNames(t *testing.T) {
	p := plan.Plan{Name: "shop"}
	for looked, want := range map[string]string{
		"taken user app-shop\n":                               "the user app-shop is there",
		"taken group app-shop\n":                              "the group app-shop is there",
		"taken user slipway-acme\n":                           "rename or remove the user slipway-acme",
		"taken unit /etc/systemd/system/app-shop-x.service\n": "the unit /etc/systemd/system/app-shop-x.service",
		"taken path /srv/app-shop\n":                          "move /srv/app-shop away",
		"taken path /etc/sudoers.d/90-slipway\n":              "/etc/sudoers.d/90-slipway is there",
		"taken\n":                                             "",
	} {
		err := CheckObstacles(p, looked, time.Now())
		text := ""
		if failed, ok := errors.AsType[*providers.Failed](err); ok {
			text = failed.Error() + "; " + failed.Next
		}
		if want == "" && err != nil || !strings.Contains(text, want) {
			t.Errorf("%q: got %q", looked, text)
		}
	}
}

// TestLookStrangers has sh look on this computer, which has none of it.
func TestLookStrangers(t *testing.T) {
	p := plan.Plan{Name: "no-such-app", Tag: "slipway-no-such-app-0a1b2c3d4e5f", AuthorizedKey: anasKey,
		Values: map[string]plan.NamedValue{plan.KeyHost: {Value: "root@192.0.2.1"}}}
	out, err := exec.Command("sh", "-c", LookStrangers(p, "/it's/none")).Output()
	if err != nil || !strings.Contains(string(out), "login deploy -\n") || strings.Contains(string(out), "taken user app-no-such-app") {
		t.Errorf("it printed %q, %v", out, err)
	}
	out, err = exec.Command("sh", "-c", LookStrangers(p, "/etc/passwd")).Output()
	if err != nil || len(out) > 0 {
		t.Errorf("on a server with a mark it printed %q, %v", out, err)
	}
}

// FuzzStrangers: no look brings the reader down, and nothing of it reaches a terminal as
// more than text.
func FuzzStrangers(f *testing.F) {
	f.Add("login deploy -\nlogin deploy key " + anasKey + " ana\x1b[2J\nlogin deploy sudo (ALL : ALL) ALL\nlogin slipway process \u202ex\n")
	f.Add("login deploy sudo (root) NOPASSWD: ALL\nlogin deploy password\ntaken path /srv/app-shop\ntaken user \x9b\n")
	f.Fuzz(func(t *testing.T, looked string) {
		user, note, err := ChooseLogin(plan.Plan{}, looked)
		if err != nil {
			note = err.Error()
		}
		if err == nil && !slices.Contains(plan.Logins, user) {
			t.Errorf("slipway would log in as %q", user)
		}
		for _, o := range obstacles(plan.Plan{Name: "shop"}, looked, time.Now()) {
			if strings.HasPrefix(looked, "taken") && !strings.Contains(looked, "\n") {
				note += o.what + o.next
			}
		}
		if i := strings.IndexFunc(note, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("it says %q", note)
		}
	})
}
