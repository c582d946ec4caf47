package deploy

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway/steps/shell"
)

func (o *operator) variables(t *testing.T) {
	want := `GREETING=a secret: $HOME ` + "`x`" + ` "y" \`
	read := func() string {
		return o.Root("hello", `tr '\0' '\n' </proc/$(systemctl show -p MainPID --value 'app-hello-*.service')/environ`)
	}
	if env := read(); !strings.Contains(env+"\n", want+"\n") {
		t.Errorf("the app's environment lacks %q:\n%s", want, env)
	}
	changed := o.Deploy("--sample", "hello", "--env", "SECOND=2")
	if env := read(); !changed.Changed || !strings.Contains(env+"\n", want+"\n") || !strings.Contains(env+"\n", "SECOND=2\n") {
		t.Errorf("after another --env:\n%s", env)
	}
	if mode := o.Root("hello", "stat -c '%a %U' /etc/slipway/variables/*.env"); mode != "600 root" {
		t.Errorf("the file of variables is %s", mode)
	}
	o.secretNowhere(t, "a secret:")
}

// secretNowhere looks for a secret in everything that slipway keeps here, and
// in what the server logged.
func (o *operator) secretNowhere(t *testing.T, secret string) {
	err := filepath.WalkDir(o.State().Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == "machine" {
			return fs.SkipDir // the machine's own disk
		}
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err == nil && strings.Contains(string(data), secret) {
				t.Errorf("%s holds the secret", path)
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if n := o.Root("hello", shell.Lines(shell.Journal, "journal -o short | grep -c '"+secret+"' || :")); n != "0" {
		t.Errorf("the server's log holds the secret in %s lines", n)
	}
	if found := o.Root("hello", "grep -rlF '"+secret+"' /run/slipway /srv /var/lib/slipway || :"); found != "" {
		t.Errorf("the secret is in %s", found)
	}
}
