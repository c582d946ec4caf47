package deploy

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"slipway/providers/local/localtest"
	"slipway/steps/engine"
	"slipway/steps/remote"
	"slipway/steps/web"
	"slipway/ui/e2e"
)

// TestHello is a deployment's whole life on a real machine.
func TestHello(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	first := o.Deploy("--sample", "hello", "--env", "GREETING=a secret: $HOME `x` \"y\" \\")
	if !first.Changed {
		t.Error("a first run changed nothing")
	}
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Fatalf("status %d: %s", status, body)
	}
	t.Run("again", func(t *testing.T) { o.again(t, first) })
	t.Run("inside", func(t *testing.T) { o.inside(t, first) })
	t.Run("variables", func(t *testing.T) { o.variables(t) })
	t.Run("drift", func(t *testing.T) { o.drift(t) })
	t.Run("adopt", func(t *testing.T) { o.adopts(t, first) })
	t.Run("reboot", func(t *testing.T) { o.reboots(t, first) })
	t.Run("destroy", func(t *testing.T) { o.destroys(t, first) })
}

// again runs the same command on a finished deployment.
func (o *operator) again(t *testing.T, first e2e.Deployed) {
	second := o.Deploy("--sample", "hello")
	if second.Changed || second.Host != first.Host || second.Release != first.Release {
		t.Errorf("the second run: %+v, the first: %+v", second.Outcome, first.Outcome)
	}
	if second.RoundTrips != 1 {
		t.Errorf("a run that changes nothing takes %d round trips, want 1", second.RoundTrips)
	}
	for step, status := range second.Steps {
		if status != engine.Unchanged {
			t.Errorf("step %s is %q, want %q", step, status, engine.Unchanged)
		}
	}
	t.Logf("the first run took %.1f s (%v), a second %.2f s", first.Seconds, first.Spent, second.Seconds)
	r := o.Must("--yes", "--sample", "hello")
	if r.Stdout != first.URL+"\n" || !strings.Contains(r.Stderr, "no changes") {
		t.Errorf("stdout %q, stderr %q", r.Stdout, r.Stderr)
	}
	if r := o.Must("status"); !strings.Contains(r.Stdout, first.URL) || !strings.Contains(r.Stdout, "with status 200") {
		t.Errorf("status: %s", r.Stdout)
	}
	if r := o.Must("list"); !strings.Contains(r.Stdout, first.URL) {
		t.Errorf("list: %s", r.Stdout)
	}
}

// inside looks at the machine as somebody who does not trust slipway.
func (o *operator) inside(t *testing.T, first e2e.Deployed) {
	var refused *remote.LoginRefused
	if _, err := o.Login("hello", "root"); !errors.As(err, &refused) {
		t.Errorf("root may log in: %v", err)
	}
	effective := o.Root("hello", "sshd -T")
	for _, want := range []string{"permitrootlogin no", "passwordauthentication no", "kbdinteractiveauthentication no"} {
		if !strings.Contains(effective, want+"\n") {
			t.Errorf("sshd does not have %q", want)
		}
	}
	if failed := o.Root("hello", "systemctl --failed --no-legend"); failed != "" {
		t.Errorf("failed units: %s", failed)
	}
	firstBoot := o.Root("hello", `grep -c '^Setting up nginx ' /var/lib/slipway/jobs/first-boot.log; ls -d /var/cache/slipway-first-boot 2>/dev/null; :`)
	if firstBoot != "1" {
		t.Errorf("the first boot installed nginx so many times, and left: %s", firstBoot)
	}
	o.ports(t, first.Host)
	o.sandboxed(t, first.Release)
}

// ports listens on ports of the machine and sees which of them let anybody in.
func (o *operator) ports(t *testing.T, host string) {
	o.Root("hello", `for p in 443 8000; do systemd-run --quiet --collect --unit=listen-$p python3 -m http.server $p; done
for p in 443 8000; do until curl -so /dev/null http://127.0.0.1:$p/; do sleep 0.1; done; done`)
	defer o.Root("hello", "systemctl stop listen-443 listen-8000")
	// The machine's own address is where forwarded connections arrive.
	inner := o.Root("hello", "ip -4 -o addr show dev tap0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")
	for port, open := range map[string]bool{"22": true, "80": true, "443": false} {
		conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 2*time.Second)
		if err == nil {
			conn.SetDeadline(time.Now().Add(2 * time.Second)) //nolint:errcheck // the read tells
			conn.Write([]byte("GET / HTTP/1.0\r\n\r\n"))      //nolint:errcheck // the read tells
			_, err = conn.Read(make([]byte, 1))
			conn.Close()
		}
		if got := err == nil; got != open {
			t.Errorf("port %s (inside %s) answers: %t, want %t", port, inner, got, open)
		}
	}
	rules := o.Root("hello", "nft list chain inet slipway input")
	if !strings.Contains(rules, "policy drop") {
		t.Errorf("the firewall lets in what it does not know:\n%s", rules)
	}
}

// sandboxed tries, as the app and with its sandbox, to write where it must not.
func (o *operator) sandboxed(t *testing.T, release string) {
	unit := "app-hello-" + release + ".service"
	pid := o.Root("hello", "systemctl show -p MainPID --value "+unit)
	if user := o.Root("hello", "ps -o user:32= -p "+pid); user != "app-hello" {
		t.Errorf("the app runs as %s", user)
	}
	// In the app's mount namespace and as its user.
	as := "nsenter --mount --target " + pid + " setpriv --reuid app-hello --regid app-hello --clear-groups --no-new-privs "
	for path, may := range map[string]bool{
		"/var/lib/app-hello/x": true, "/tmp/x": true,
		"/etc/x": false, "/srv/app-hello/x": false, "/srv/app-hello/current/src/server.py": false,
		"/srv/app-hello/current/venv/x": false, "/home/deploy/x": false, "/var/tmp2/x": false, "/var/lib/x": false, "/run/x": false,
	} {
		got := o.Root("hello", as+"sh -c 'echo x >>"+path+"' 2>/dev/null && echo written || echo refused")
		if (got == "written") != may {
			t.Errorf("the app writing %s: %s", path, got)
		}
	}
	score := o.Root("hello", "systemd-analyze security --no-pager "+unit+" | tail -1")
	t.Logf("systemd-analyze security: %s", score)
}

// drift breaks the server by hand; the same command mends it.
func (o *operator) drift(t *testing.T) {
	o.Root("hello", `nft delete table inet slipway
rm /etc/ssh/sshd_config.d/00-slipway.conf
systemctl stop nginx 'app-hello-*.service' 'app-hello-*.socket'
chmod 644 /etc/slipway/variables/*.env
dpkg --force-depends --remove unattended-upgrades >/dev/null 2>&1
# As a power cut leaves a package that was being unpacked.
sed -i '/^Package: nginx-common$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status`)
	mended := o.Deploy("--sample", "hello")
	for step, want := range map[string]engine.Status{
		"firewall": engine.Changed, "sshd": engine.Changed, "proxy": engine.Changed, "release": engine.Changed,
		"variables": engine.Changed, "packages": engine.Changed, "dependencies": engine.Unchanged, "upload": engine.Unchanged,
	} {
		if got := mended.Steps[step]; got != want {
			t.Errorf("step %s is %q, want %q", step, got, want)
		}
	}
	if torn := o.Root("hello", "dpkg --audit"); torn != "" {
		t.Errorf("dpkg still says: %s", torn)
	}
}

// adopts loses the record and takes the machine over again.
func (o *operator) adopts(t *testing.T, first e2e.Deployed) {
	t.Helper()
	lost := o.LoseRecord(t, "hello")
	before := lost.Record
	o.Must("adopt", "--host", fmt.Sprintf("deploy@%s:%d", first.Host, before.Server.Port), "--identity", lost.Identity,
		"--host-key-fingerprint", lost.Fingerprint)
	after, err := o.State().Read("hello")
	if err != nil || after.Tag != before.Tag || after.Settings["provider"] != "local" || after.Release != before.Release {
		t.Errorf("adopted %+v, %v; it was %+v", after, err, before)
	}
	if again := o.Deploy("--sample", "hello"); again.Changed || again.Host != first.Host {
		t.Errorf("after adopt: %+v, %v", again.Outcome, again.Steps)
	}
}

// startOfInit prints when the machine's first process began. The kernel's boot
// id is the computer's own in a container.
const startOfInit = "cut -d' ' -f22 /proc/1/stat"

func (o *operator) reboots(t *testing.T, first e2e.Deployed) {
	boot := o.Root("hello", startOfInit)
	o.Root("hello", "systemd-run --quiet --on-active=1 systemctl reboot")
	e2e.Until(t, "the machine to come back", func() bool {
		client, err := o.Login("hello", "deploy")
		if err != nil {
			return false
		}
		defer client.Close()
		now, err := client.Output(t.Context(), startOfInit)
		return err == nil && strings.TrimSpace(now) != boot
	})
	e2e.Until(t, "the app to come back", func() bool {
		_, err := web.CheckRelease(t.Context(), first.URL, first.Release)
		return err == nil
	})
	if after := o.Deploy("--sample", "hello"); after.Changed {
		t.Errorf("a reboot left something to change: %v", after.Steps)
	}
}

func (o *operator) destroys(t *testing.T, first e2e.Deployed) {
	record, err := o.State().Read("hello")
	if err != nil {
		t.Fatal(err)
	}
	// What the app was made to write to its state folder is data.
	if r := o.Run("destroy", "-y", "hello"); r.Code != 2 || !strings.Contains(r.Stderr, "--lose-data") {
		t.Errorf("destroy of data by -y alone: exit %d, %s", r.Code, r.Stderr)
	}
	o.Must("destroy", "-y", "--lose-data", "hello")
	if _, err := os.Stat(o.State().Folder("hello")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the deployment's folder is still there")
	}
	if _, err := net.DialTimeout("tcp", first.Host+":22", time.Second); err == nil {
		t.Error("the machine still answers")
	}
	for _, path := range []string{"/proc/self/mountinfo", "/proc/self/cgroup"} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), record.Tag) {
			t.Errorf("%s still names the machine", path)
		}
	}
	if r := o.Run("destroy", "-y", "--lose-data", "hello"); r.Code != 2 {
		t.Errorf("destroying it again: exit %d, want 2", r.Code)
	}
}

func TestDebian12(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	o := newOperator(t)
	first := o.Deploy("--sample", "hello", "--name", "older", "--image", "debian-12")
	if status, body := e2e.Ask(t, first.URL); status != http.StatusOK || !strings.Contains(body, "Hello World") {
		t.Errorf("status %d: %s", status, body)
	}
	if again := o.Deploy("--sample", "hello", "--name", "older"); again.Changed {
		t.Errorf("a second run changed something: %v", again.Steps)
	}
	if r := o.Run("--yes", "--sample", "hello", "--name", "older", "--image", "debian-13"); r.Code != 2 {
		t.Errorf("another image for a server that exists: exit %d, want 2", r.Code)
	}
}
