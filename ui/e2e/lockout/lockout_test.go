package lockout

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// TestMain has all machines at once: the tests mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "5"); err != nil {
		panic(err)
	}
	os.Exit(e2e.Main(m))
}

// images are the systems that each place is tried on.
var images = map[string]string{"sshd": "debian-13", "firewall": "debian-12"}

// TestLockout locks the operator out in every way, at every change that could.
func TestLockout(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	for place, image := range images {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			o := e2e.NewOperator(t, 6*time.Minute)
			o.Plain = image != "debian-13" // the one machine of another system is not worth an image
			args := []string{"--sample", "hello", "--image", image}
			o.Deploy(args...)
			for _, breakage := range slices.Sorted(maps.Keys(Breakages)) {
				t.Run(breakage, func(t *testing.T) {
					Try(For(o, t), "hello", Places[place], Breakages[breakage], args...)
				})
			}
		})
	}
}

// TestLockoutUnwatched has nobody watch: slipway is killed, and then the server
// loses its power too.
func TestLockoutUnwatched(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := e2e.NewOperator(t, 6*time.Minute)
	args := []string{"--sample", "hello"}
	o.Deploy(args...)
	t.Run("slipway killed", func(t *testing.T) {
		o := For(o, t)
		Killed(o, "hello", Places["sshd"], Breakages["missing key"], RevertAfter, args...)
		Recovers(o, "hello")
		o.Deploy(args...)
	})
	t.Run("another run goes on", func(t *testing.T) {
		o := For(o, t)
		Killed(o, "hello", Places["sshd"], ":", "", args...)
		if again := o.Deploy(args...); again.Steps["sshd"] != "unchanged" {
			t.Errorf("the step sshd is %q", again.Steps["sshd"])
		}
		if left := o.Root("hello", "ls -d /var/lib/slipway/guard 2>/dev/null; systemctl list-timers --all | grep slipway-guard; :"); left != "" {
			t.Errorf("the guard is armed after the change was proven: %s", left)
		}
	})
	t.Run("server rebooted", func(t *testing.T) {
		o := For(o, t)
		Killed(o, "hello", Places["sshd"], Breakages["missing key"]+`; systemd-run --quiet --on-active=1 systemctl reboot`, "", args...)
		o.Deploy(args...)
		if said := o.Root("hello", "journalctl --quiet --no-pager -u slipway-guard-boot.service"); !strings.Contains(said, "the old state is back") {
			t.Errorf("the boot did not put the old state back: %s", said)
		}
	})
}
