package ssh

import (
	"net/http"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"slipway/providers/local/localtest"
	"slipway/steps/remote"
	"slipway/ui/e2e"
)

// as runs a command as a user with a key, past slipway and without sudo.
func (s bareServer) as(t *testing.T, user string, signer ssh.Signer, command string) (string, error) {
	t.Helper()
	client, err := remote.Dial(t.Context(), remote.Target{Address: s.address, Port: s.port, User: user,
		HostKeys: []ssh.PublicKey{s.hostKey}, Signers: []ssh.Signer{signer}})
	if err != nil {
		return "", err
	}
	defer client.Close()
	var out strings.Builder
	err = client.Attach(t.Context(), command, nil, &out, &out)
	return strings.TrimSpace(out.String()), err
}

// strangersFiles prints what there is of the user deploy, but for what the strict profile
// does to every user: it closes the settings in their homes, and has a group of those
// who may log in.
const strangersFiles = `getent passwd deploy; getent shadow deploy; id deploy | sed 's/,[0-9]*(ssh-login)//'
cd /home/deploy && find . -printf '%p %u:%g %s %T@\n' | sort && stat -c '%a %n' .ssh/* && sha256sum .ssh/*; ls -lR /etc/sudoers.d`

// TestStrangersDeploy deploys to a server on which the user deploy is somebody else's,
// who may not become root: that stays so, during the deployment and after it.
func TestStrangersDeploy(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	_, stranger := newKey(t, "stranger", "")
	s := bootBare(t, "debian-13", map[string]any{"runcmd": []string{
		"useradd --create-home --shell /bin/bash deploy",
		"install -d -m 700 -o deploy -g deploy /home/deploy/.ssh",
		"echo '" + e2e.Authorized(stranger.PublicKey()) + " ci@build' | install -m 600 -o deploy -g deploy /dev/stdin /home/deploy/.ssh/authorized_keys",
	}})
	o := newOperator(t)
	o.aHome(t, nil)
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint(), "--hardening", "strict")
	before := s.root(t, strangersFiles)
	gains := func(when string) {
		t.Helper()
		if who, err := s.as(t, "deploy", stranger, "id -un"); err != nil || who != "deploy" {
			t.Errorf("%s, the user's own key logs in as %q: %v", when, who, err)
		}
		if out, err := s.as(t, "deploy", stranger, "sudo -n true"); err == nil {
			t.Errorf("%s, the user may become root: %s", when, out)
		}
	}
	gains("before")
	t.Run("others in the way", func(t *testing.T) { o.refusesOthersNames(t, s, flags) })
	plan := o.Must(append([]string{"--plan"}, flags...)...)
	for _, want := range []string{"make the user slipway, without a password", "deploy is somebody else's", "1 key lets in there (ci@build)"} {
		if !strings.Contains(plan.Stderr, want) {
			t.Errorf("the plan does not say %q:\n%s", want, plan.Stderr)
		}
	}
	first := o.Deploy(flags...)
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	gains("afterwards")
	if again := o.Deploy(flags...); again.Changed || again.RoundTrips != 1 {
		t.Errorf("the second run: %+v, %v", again.Outcome, again.Steps)
	}
	if who := o.Must("ssh", "hello", "--", "id", "-un"); who.Stdout != "slipway\n" {
		t.Errorf("slipway logs in as %s", who.Stdout)
	}
	if r := o.Must("status"); !strings.Contains(r.Stdout, "with status 200") {
		t.Errorf("status: %s", r.Stdout)
	}
	o.adoptsByLogin(t, s)
	o.Must("destroy", "-y", "--lose-data", "hello")
	gains("after destroy")
	// Nothing that destroy left is in the way of the next deployment.
	if r := o.Must(append([]string{"--plan"}, flags...)...); !strings.Contains(r.Stderr, "log in as slipway") {
		t.Errorf("the plan after destroy:\n%s", r.Stderr)
	}
	if after := s.root(t, strangersFiles); after != before {
		t.Errorf("the user is\n%s\nit was\n%s", after, before)
	}
}

// adoptsByLogin takes the deployment up elsewhere and finds the login in its mark.
func (o *operator) adoptsByLogin(t *testing.T, s bareServer) {
	lost := o.LoseRecord(t, "hello")
	o.Must("adopt", "--host", s.flags("slipway")[5], "--identity", lost.Identity, "--host-key-fingerprint", s.fingerprint())
	record, err := o.State().Read("hello")
	if err != nil || record.Server.User != "slipway" {
		t.Errorf("adopted %+v, %v", record.Server, err)
	}
	if who := o.Must("ssh", "hello", "--", "id", "-un"); who.Stdout != "slipway\n" {
		t.Errorf("after adopt slipway logs in as %s", who.Stdout)
	}
}

// refusesOthersNames is refused while something of another's has a name of the app's,
// which destroy would remove.
func (o *operator) refusesOthersNames(t *testing.T, s bareServer, flags []string) {
	for name, c := range map[string]struct{ do, undo, want string }{
		"a user":    {"useradd --create-home app-hello", "userdel --remove app-hello", "the user app-hello is there"},
		"a group":   {"groupadd app-hello", "groupdel app-hello", "the group app-hello is there"},
		"data":      {"mkdir /var/lib/app-hello; echo 1 >/var/lib/app-hello/db.sqlite3", "rm -r /var/lib/app-hello", "/var/lib/app-hello is there"},
		"a link":    {"ln -s /home /srv/app-hello", "rm /srv/app-hello", "/srv/app-hello is there"},
		"sudo":      {"echo 'root ALL=(ALL) ALL' >/etc/sudoers.d/90-slipway", "rm /etc/sudoers.d/90-slipway", "/etc/sudoers.d/90-slipway is there"},
		"settings":  {"mkdir /etc/slipway; echo 1 >/etc/slipway/theirs", "rm -r /etc/slipway", "/etc/slipway is there"},
		"a unit":    {"echo '[Service]' >/etc/systemd/system/app-hello-web.service", "rm /etc/systemd/system/app-hello-web.service", "app-hello-web.service is there"},
		"both":      {"useradd --password x slipway", "userdel --remove slipway", "the user slipway is somebody else's"},
		"half mark": {"mkdir /etc/slipway; touch /etc/slipway/deployment.json.slipway-part", "rm -r /etc/slipway", ""},
	} {
		s.root(t, c.do)
		r := o.Run(append([]string{"--plan"}, flags...)...)
		if c.want == "" && r.Code != 0 || c.want != "" && (r.Code != 1 || !strings.Contains(r.Stderr, c.want) || !strings.Contains(r.Stderr, "nothing was changed on the server")) {
			t.Errorf("%s: exit %d, want %q\n%s", name, r.Code, c.want, r.Stderr)
		}
		s.root(t, c.undo)
	}
}
