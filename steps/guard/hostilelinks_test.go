package guard

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHostileLinksOfGuard has the user whose keys are kept put links in their way, before
// they are kept or before they are put back.
func TestHostileLinksOfGuard(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root gives files to another user")
	}
	for name, test := range map[string]struct{ before, meanwhile, wantKeys string }{
		"none":                     {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `echo new >home/.ssh/authorized_keys`, "old\n"},
		"lost":                     {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `rm -r home/.ssh`, "old\n"},
		"there were none":          {`true`, `mkdir home/.ssh; echo new >home/.ssh/authorized_keys`, ""},
		"the folder before":        {`ln -s ../root home/.ssh`, `true`, ""},
		"the folder meanwhile":     {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `mv home/.ssh home/x; ln -s ../root home/.ssh`, ""},
		"the file meanwhile":       {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `ln -sf ../../root/authorized_keys home/.ssh/authorized_keys`, "old\n"},
		"the file beside it":       {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `ln -sf ../../root/authorized_keys home/.ssh/authorized_keys.slipway-back`, "old\n"},
		"the folder, to none then": {`mkdir home/.ssh; echo old >home/.ssh/authorized_keys`, `rm -r home/.ssh; ln -s ../root/new home/.ssh`, ""},
	} {
		dir := t.TempDir()
		sh := func(script string) (string, error) {
			cmd := exec.Command("sh", "-euc", script)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			return string(out), err
		}
		const root = `find root -printf '%p %m %U:%G %l\n' | sort; cat root/*`
		before, err := sh(`mkdir home root; echo root >root/authorized_keys; chmod 640 root/authorized_keys; chown daemon home; ` + root)
		if err != nil {
			t.Fatal(before)
		}
		at := place{folder: filepath.Join(dir, "guard"), lock: filepath.Join(dir, "lock"), unit: filepath.Join(dir, "unit"), link: filepath.Join(dir, "wants")}
		// The home of this user is another one here.
		getent := `getent() { case $1 in passwd) echo "daemon:x:1:1::` + dir + `/home:/bin/sh" ;; *) echo 'daemon:*:' ;; esac; }` + "\n"
		part := Part{Logins: []string{"daemon"}}
		saved, saveErr := sh(getent + test.before + "; chown -hR daemon home\n" + at.save(part) + "\nprintf 'token\\nlogin\\n' >" + at.folder + "/armed")
		if strings.HasSuffix(name, "before") != (saveErr != nil) {
			t.Errorf("%s: kept: %v: %s", name, saveErr, saved)
		}
		if saveErr == nil {
			said, err := sh(test.meanwhile + "; sh -c " + `"$(cat guard/revert)" revert token`)
			if (test.wantKeys == "") == (err == nil) && name != "there were none" {
				t.Errorf("%s: put back: %v: %s", name, err, said)
			}
		}
		if after, err := sh(root); err != nil || after != before {
			t.Errorf("%s: root's folder was\n%s\nand is\n%s", name, before, after)
		}
		if test.wantKeys == "" {
			continue
		}
		if keys, err := sh("cat home/.ssh/authorized_keys; stat -c %U home/.ssh/authorized_keys home/.ssh"); err != nil || keys != test.wantKeys+"daemon\ndaemon\n" {
			t.Errorf("%s: the keys are %q, %v", name, keys, err)
		}
	}
}
