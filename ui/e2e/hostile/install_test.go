//go:build linux

package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/ui/e2e"
)

const (
	// installName is the deployment whose packages are hostile.
	installName = "hostile-install"
	// installSecret and installData are what nobody but the app may read.
	installSecret, installData = "a-secret-of-the-live-app", "what-the-app-keeps"
)

// outside prints what must not change: kinds, modes, owners and sizes of what is the
// server's, but for the app's own units and variables.
const outside = `find /etc /usr /opt /root /boot /var/spool /var/lib/systemd/linger \
  -path '/etc/systemd/system/app-*' -prune -o -path '/etc/slipway/variables*' -prune -o -path /etc/slipway/deployment.json -prune -o -path '/etc/systemd/system/*.wants*' -prune -o \
  ! -type d -printf '%p %y %m %U:%G %s %l\n' -o -type d -printf '%p %m %U:%G\n' 2>/dev/null | grep -v '^/etc/systemd/system ' | sort`

// release writes a release of the app whose packages are these lines.
func release(t *testing.T, folder, requirements string) {
	t.Helper()
	if err := os.CopyFS(folder, os.DirFS("testdata/install")); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "requirements.txt"), []byte("gunicorn==23.0.0\n"+requirements), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestHostilePackage installs packages that try to read what the app that runs holds, to
// lead root elsewhere, to spoil the caches of later installations, and to go on after
// their own.
func TestHostilePackage(t *testing.T) {
	localtest.NeedMachines(t)
	o := e2e.NewOperator(t, 4*time.Minute)
	folder := t.TempDir()
	release(t, folder, "")
	o.Deploy("--name", installName, "--env", "SECRET="+installSecret, folder)
	before := o.Root(installName, outside)
	for _, requirements := range []string{
		"./evil\n",
		"./evil\nsix==1.17.0\n", // a second release
		"--extra-index-url http://127.0.0.1/simple/\nhostile-start==1.0\nsix==1.16.0\n",
	} {
		release(t, folder, requirements)
		r := o.Deploy("--name", installName, folder)
		if r.Steps["dependencies"] != engine.Changed {
			t.Fatalf("the packages are not installed: %s", r.Steps["dependencies"])
		}
		_, body := e2e.Ask(t, r.URL)
		if !strings.HasPrefix(body, "found:") {
			t.Fatalf("the app says %q", body)
		}
		for _, private := range []string{installSecret, installData} {
			if strings.Contains(body, private) {
				t.Errorf("the set-up code read %q", private)
			}
		}
		harmed(t, o, before)
	}
	// The tests see the app's variables and none of its data; a build is the same.
	const reads = `{ cat /proc/[0-9]*/environ; grep -rs "" /var/lib/app-` + installName + `; } 2>/dev/null | tr '\0' '\n'`
	o.Deploy("--name", installName, "--test-command", `[ "$SECRET" = `+installSecret+` ] && ! `+reads+` | grep -a -e `+installData+` -e FORWARDED_ALLOW_IPS`, folder)
	harmed(t, o, before)
}

// harmed fails the test if something changed on the server that is not the app's, if a
// cache is spoiled, or if code of a package's goes on.
func harmed(t *testing.T, o *e2e.Operator, before string) {
	t.Helper()
	was := map[string]bool{}
	for line := range strings.Lines(before + "\n") {
		was[line] = true
	}
	for line := range strings.Lines(o.Root(installName, outside) + "\n") {
		if !was[line] {
			t.Errorf("outside of the app's folders there is now: %s", line)
		}
	}
	for what, script := range map[string]string{
		"spoiled":              `grep -rls HOSTILE /var/cache/slipway /opt/slipway 2>/dev/null | head -n 5`,
		"kept for packages":    `ls -d /var/cache/slipway/build /var/cache/slipway/uv /var/cache/slipway/pip 2>/dev/null || :`,
		"still running":        `ps -eo user:32,args | grep -e '^slipway-build' -e 'attack.p[y]' || :`,
		"not root's alone":     `find /srv/app-` + installName + `/venvs ! -user root -o ! -type l -perm /6022`,
		"led elsewhere":        `find /srv/app-` + installName + `/venvs -maxdepth 2 -name .complete ! -type f`,
		"somebody's processes": `ls /var/lib/systemd/linger 2>/dev/null || :`,
	} {
		if found := o.Root(installName, script); found != "" {
			t.Errorf("%s: %s", what, found)
		}
	}
}
