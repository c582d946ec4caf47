package access

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/shell"
)

// account is the home folder of daemon, who may be hostile, beside a folder of root's.
type account struct {
	t   *testing.T
	dir string
}

func newAccount(t *testing.T) account {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root becomes another user")
	}
	a := account{t, t.TempDir()}
	a.must(`chmod 755 .. . && mkdir -m 750 home && chown daemon:daemon home && mkdir -p root/.ssh root/home && echo root >root/.ssh/authorized_keys &&
chmod 700 root/.ssh && chmod 600 root/.ssh/authorized_keys && echo old >root/file`)
	return a
}

func (a account) run(script string) (string, error) {
	// The home of this user is another one here, and its password stays.
	prelude := `getent() { case $1 in passwd) echo "daemon:x:1:1::$PWD/home:/bin/sh" ;; *) echo "daemon:*:" ;; esac; }
usermod() { :; }`
	cmd := exec.Command("sh", "-euc", prelude+"\n"+script)
	cmd.Dir = a.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (a account) must(script string) string {
	a.t.Helper()
	out, err := a.run(script)
	if err != nil {
		a.t.Fatalf("%v: %s", err, out)
	}
	return out
}

func (a account) root() string {
	a.t.Helper()
	return a.must(`find root -printf '%p %m %U:%G\n' | sort; cat root/.ssh/authorized_keys root/file`)
}

func (a account) login(keys ...string) (string, error) {
	return a.run(shell.Lines(shell.Bounds(), shell.Script(ownKeysText, nil), shell.Script(loginText, shell.Values{"user": "daemon", "unlocked": "unlocked"}, keys...)))
}

func (a account) remove(tag string) (string, error) {
	return a.run(shell.Lines(shell.Bounds(), shell.Script(ownKeysText, nil), shell.Script(loginRemoveText, shell.Values{"user": "daemon", "tag": tag, "unlocked": "unlocked"})))
}

// TestHostileLinksOfLogin has the user put links where root gives it keys and takes them
// away.
func TestHostileLinksOfLogin(t *testing.T) {
	for name, links := range map[string]string{
		"the folder":            `ln -s ../root/.ssh home/.ssh`,
		"the folder, to a file": `ln -s ../root/file home/.ssh`,
		"the folder, to none":   `ln -s ../root/new home/.ssh`,
		"the file":              `mkdir home/.ssh && ln -s ../../root/.ssh/authorized_keys home/.ssh/authorized_keys`,
		"the file, to another":  `mkdir home/.ssh && ln -s ../../root/file home/.ssh/authorized_keys`,
		"the file, to none":     `mkdir home/.ssh && ln -s ../../root/new home/.ssh/authorized_keys`,
		"the file beside":       `mkdir home/.ssh && echo 'k slipway-1' >home/.ssh/authorized_keys && ln -s ../../root/file home/.ssh/authorized_keys.slipway-part`,
		"a pipe":                `mkdir home/.ssh && mkfifo home/.ssh/authorized_keys`,
	} {
		a := newAccount(t)
		a.must(links + " && chown -hR daemon:daemon home")
		before := a.root()
		added, _ := a.login("ssh-ed25519 AAAA slipway-1")
		removed, _ := a.remove("slipway-1")
		if after := a.root(); after != before {
			t.Errorf("%s: root's folder was\n%s\nand is\n%s\n%s%s", name, before, after, added, removed)
		}
	}
}

// TestLoginKeys adds keys and takes them away, whoever made what was there before.
func TestLoginKeys(t *testing.T) {
	for name, before := range map[string]string{
		"nothing":            `true`,
		"root's folder":      `install -d -m 755 home/.ssh && printf other >home/.ssh/authorized_keys`,
		"the user's own":     `install -d -o daemon home/.ssh && printf other >home/.ssh/authorized_keys && chown daemon home/.ssh/authorized_keys`,
		"a link of the user": `install -d -o daemon home/dot && printf other >home/dot/authorized_keys && chown daemon home/dot/authorized_keys && ln -s dot home/.ssh`,
	} {
		a := newAccount(t)
		a.must(before)
		for range 2 {
			if out, err := a.login("ssh-ed25519 A+A= slipway-1", "ssh-rsa BB slipway-10"); err != nil || out != "" {
				t.Fatalf("%s: %v: %s", name, err, out)
			}
		}
		want := "ssh-ed25519 A+A= slipway-1\nssh-rsa BB slipway-10\n600 daemon\n700 daemon\n"
		if name != "nothing" {
			want = "other\n" + want
		}
		const keys = `cat home/.ssh/authorized_keys; stat -Lc '%a %U' home/.ssh/authorized_keys home/.ssh`
		if got := a.must(keys); got != want {
			t.Errorf("%s: there is %s", name, got)
		}
		for _, tag := range []string{".*", "lipway-10", "slipway-1"} {
			if out, err := a.remove(tag); err != nil || out != "" {
				t.Fatalf("%s: %v: %s", name, err, out)
			}
		}
		if got := a.must(keys); got != strings.Replace(want, "ssh-ed25519 A+A= slipway-1\n", "", 1) {
			t.Errorf("%s: afterwards there is %s", name, got)
		}
		if left, err := filepath.Glob(a.dir + "/home/.ssh/*part"); err != nil || len(left) > 0 {
			t.Errorf("%s: left: %q, %v", name, left, err)
		}
	}
}
