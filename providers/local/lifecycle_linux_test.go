package local

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers"
)

func TestMachineBoots(t *testing.T) {
	for _, system := range systems {
		t.Run(system.name, func(t *testing.T) {
			t.Parallel()
			g := newGuest(t, system.name)
			if _, err := g.Server(t.Context(), g.spec); !errors.Is(err, providers.ErrNoServer) {
				t.Errorf("server before the machine is made: %v", err)
			}
			g.ensure(t)
			assertStockDebian(t, g, system)
			assertNetwork(t, g)
			assertPrivate(t, g)
			assertRouter(t, g)
			if made := g.ensure(t); made != nil {
				t.Errorf("with nothing changed, these were made again: %v", made)
			}
			assertFastLook(t, g)
			assertDestroy(t, g)
		})
	}
}

// assertStockDebian checks what a rented server's Debian would show, too.
func assertStockDebian(t *testing.T, g *guest, s system) {
	t.Helper()
	if got := g.sh(t, "cloud-init status --wait >/dev/null; . /etc/os-release; echo $VERSION_CODENAME; hostname"); got != s.suite+"\nrehearsal" {
		t.Errorf("release and host name: %q", got)
	}
	if failed := g.sh(t, "systemctl --failed --no-legend --plain"); failed != "" {
		t.Errorf("units failed:\n%s", failed)
	}
	g.sh(t, "timeout 20 systemctl is-system-running --wait >/dev/null")
	for _, absent := range []string{"nginx", "python3-venv", "unattended-upgrades", "ufw", "fail2ban"} {
		g.sh(t, "! dpkg-query -W -f '${Status}' "+absent+" 2>/dev/null | grep -q '^install ok'")
	}
	if keys := g.sh(t, "ls /etc/ssh/ssh_host_*_key"); keys != "/etc/ssh/ssh_host_ed25519_key" {
		t.Errorf("host keys beside the one that was handed over: %s", keys)
	}
	g.sh(t, "grep -Eq '^[0-9a-f]{32}$' /etc/machine-id")
	g.sh(t, `test "$(stat -c %a-%U /var/lib/cloud/seed/nocloud/user-data)" = 600-root`)
}

func assertNetwork(t *testing.T, g *guest) {
	t.Helper()
	g.sh(t, "getent hosts deb.debian.org")
	g.sh(t, "apt-get -q update 2>&1")
	g.sh(t, "curl --silent --show-error --fail --max-time 20 --output /dev/null https://pypi.org/simple/pip/")
	g.sh(t, "python3 -c 'import socket; socket.create_server((\"::1\", 0), family=socket.AF_INET6)'")
	g.sh(t, "nft add table inet probe && nft delete table inet probe && sysctl -q -w net.ipv4.conf.all.rp_filter=1")
	server, err := g.Server(t.Context(), g.spec)
	if err != nil {
		t.Fatal(err)
	}
	if server.Port != 22 || server.User != "" || !strings.HasPrefix(server.Address, "127.") {
		t.Errorf("server: %+v", server)
	}
	g.sh(t, "systemd-run --quiet --unit=web python3 -m http.server 80 >/dev/null")
	eventually(t, "port 80 leads into the machine", func() error { return greetedBy(server.Address+":80", "HTTP/1.0 200") })
}

// greetedBy asks for a page and looks how the answer starts.
func greetedBy(at, want string) error {
	conn, err := net.DialTimeout("tcp", at, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("GET / HTTP/1.0\r\n\r\n")); err != nil {
		return err
	}
	answer := make([]byte, len(want))
	if _, err := conn.Read(answer); err != nil {
		return err
	}
	if string(answer) != want {
		return fmt.Errorf("answered %q", answer)
	}
	return nil
}

// assertPrivate checks what must not get into the machine, or be seen by others.
func assertPrivate(t *testing.T, g *guest) {
	t.Helper()
	assertLoopbackShut(t, g, "10.0.2.2")
	for _, path := range []string{g.layout(g.spec).dir, g.layout(g.spec).run} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s has the mode %v, %v", path, info.Mode(), err)
		}
	}
}

// assertLoopbackShut has the machine connect to what listens at this computer's loopback, by each
// of these addresses.
func assertLoopbackShut(t *testing.T, g *guest, addresses ...string) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	reached := g.sh(t, fmt.Sprintf(`for to in %s; do
	python3 -c "import socket; socket.create_connection((\"$to\", %d), 3)" 2>/dev/null && echo "$to" &
done
wait`, strings.Join(addresses, " "), listener.Addr().(*net.TCPAddr).Port))
	if reached != "" {
		t.Errorf("the machine reaches this computer's loopback at %s", reached)
	}
}

func assertFastLook(t *testing.T, g *guest) {
	t.Helper()
	start := time.Now()
	for _, r := range g.Resources(g.spec) {
		if !holds(t, r) {
			t.Errorf("the %s does not hold", r.Kind())
		}
	}
	took := time.Since(start)
	t.Logf("all looks took %v", took)
	if took > 300*time.Millisecond {
		t.Errorf("all looks took %v", took)
	}
}

func assertDestroy(t *testing.T, g *guest) {
	t.Helper()
	start := time.Now()
	var lines []string
	if err := g.Destroy(t.Context(), g.spec, func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("destroyed in %v: %q", took, lines)
	if took > 5*time.Second || len(lines) == 0 {
		t.Errorf("destroyed in %v: %q", took, lines)
	}
	assertNothingLeft(t, g.Provider, g.spec)
	if err := g.Destroy(t.Context(), g.spec, func(line string) { t.Errorf("destroyed twice: %s", line) }); err != nil {
		t.Errorf("destroy again: %v", err)
	}
	if _, err := g.Server(t.Context(), g.spec); !errors.Is(err, providers.ErrNoServer) {
		t.Errorf("server after the machine is gone: %v", err)
	}
}

// TestMachineComesBack takes one machine through all that can end or break it.
func TestMachineComesBack(t *testing.T) {
	t.Parallel()
	g := newGuest(t, "")
	g.ensure(t)
	before, err := g.Server(t.Context(), g.spec)
	if err != nil {
		t.Fatal(err)
	}
	g.sh(t, "cloud-init status --wait >/dev/null; echo kept >/root/kept; sync")
	id := g.sh(t, "cat /etc/machine-id")

	for _, c := range []struct {
		name string
		run  func(g *guest, t *testing.T)
	}{
		// In this order: each leaves the machine whole.
		{"slirp4netns killed", (*guest).slirpKilled},
		{"forward removed", (*guest).forwardRemoved},
		{"guest reboots", (*guest).reboots},
		{"guest powers off", (*guest).powersOff},
		{"systemd-nspawn killed", (*guest).nspawnKilled},
		{"namespace's name removed", (*guest).namespaceRemoved},
		{"file system detached", (*guest).fileSystemDetached},
		{"computer rebooted", (*guest).computerRebooted},
		{"stop and start", (*guest).stopped},
		{"reboot", (*guest).rebooted},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(g, t) })
	}

	after, err := g.Server(t.Context(), g.spec)
	if err != nil || after != before {
		t.Errorf("it was at %+v and is at %+v, %v", before, after, err)
	}
	if got := g.sh(t, "cat /root/kept /etc/machine-id"); got != "kept\n"+id {
		t.Errorf("the disk was not kept: %q", got)
	}
	g.assertOnce(t)
	console, err := g.Console(t.Context(), g.spec)
	if err != nil || !strings.Contains(console, "Reached target") || strings.ContainsAny(console, "\x1b\r") {
		t.Errorf("console: %v\n%q", err, console)
	}
}

func (g *guest) slirpKilled(t *testing.T) {
	g.sh(t, "touch /run/mark")
	g.killBy(t, "slirp4netns")
	g.assertMended(t, "mend")
	g.sh(t, "test -e /run/mark && getent hosts deb.debian.org")
}

func (g *guest) reboots(t *testing.T) {
	_, _ = g.trySh("touch /run/mark; systemctl reboot") // it may cut the connection
	g.awaitFreshBoot(t)
	if made := g.ensure(t); made != nil {
		t.Errorf("after the guest rebooted, these were made again: %v", made)
	}
}

func (g *guest) powersOff(t *testing.T) {
	_, _ = g.trySh("systemctl poweroff") // it may cut the connection
	eventually(t, "the machine is off", func() error {
		if holds(t, g.machine()) {
			return errors.New("it still runs")
		}
		return nil
	})
	g.assertMended(t, "start")
}

func (g *guest) nspawnKilled(t *testing.T) {
	g.killBy(t, "systemd-nspawn --quiet")
	eventually(t, "its watcher ends with it", func() error {
		if holds(t, g.machine()) {
			return errors.New("it counts as whole")
		}
		return nil
	})
	g.assertMended(t, "restart")
}

func (g *guest) namespaceRemoved(t *testing.T) {
	if err := exec.Command("ip", "netns", "del", g.layout(g.spec).id).Run(); err != nil {
		t.Fatal(err)
	}
	g.assertMended(t, "restart")
}

func (g *guest) fileSystemDetached(t *testing.T) {
	if err := unix.Unmount(g.layout(g.spec).root(), unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	g.assertMended(t, "restart")
}

// computerRebooted leaves what a computer keeps whose /run is on its disk: the
// folder of a mountpoint and the empty file of a namespace.
func (g *guest) computerRebooted(t *testing.T) {
	l := g.layout(g.spec)
	mountinfo, err := readMountinfo()
	if err != nil {
		t.Fatal(err)
	}
	groups, err := groupsOf(mountinfo, l)
	if err != nil {
		t.Fatal(err)
	}
	if err := end(t.Context(), groups, ""); err != nil {
		t.Fatal(err)
	}
	if err := unmountAll(t.Context(), runtimePaths(l)...); err != nil {
		t.Fatal(err)
	}
	g.assertMended(t, "start")
}

func (g *guest) stopped(t *testing.T) {
	start := time.Now()
	for range 2 { // a machine that is off may be stopped again
		if err := g.Stop(t.Context(), g.spec); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("stopped in %v", time.Since(start))
	if held, err := g.Holdings(t.Context(), g.spec); err != nil || len(held) != 1 {
		t.Errorf("holdings of a stopped machine: %v, %v", held, err)
	}
	g.assertMended(t, "start")
	if got := g.sh(t, "journalctl -q -b -1 --no-pager | grep -c 'Reached target.*poweroff' || true"); got == "0" {
		t.Error("the machine was not powered off in good order")
	}
}

func (g *guest) rebooted(t *testing.T) {
	g.sh(t, "touch /run/mark")
	if err := g.Reboot(t.Context(), g.spec); err != nil {
		t.Fatal(err)
	}
	g.sh(t, "test ! -e /run/mark")
}

// assertMended checks that the next run would do what the word says ("start",
// "restart" or "mend"), and that the machine is complete after that.
func (g *guest) assertMended(t *testing.T, word string) {
	t.Helper()
	f := look(t, g.machine())
	if f.Holds || len(f.Changes) != 1 || !strings.HasPrefix(f.Changes[0].What, word) {
		t.Fatalf("expected the change to %s, found %+v", word, f)
	}
	if made := g.ensure(t); !slices.Equal(made, []string{kindMachine}) {
		t.Errorf("made %v", made)
	}
	g.sh(t, "true")
}

func (g *guest) awaitFreshBoot(t *testing.T) {
	t.Helper()
	eventually(t, "the machine is back", func() error {
		_, err := g.trySh("test ! -e /run/mark")
		return err
	})
}

// assertOnce checks that there is exactly one of each of the machine's processes.
func (g *guest) assertOnce(t *testing.T) {
	t.Helper()
	count := map[string]int{}
	for _, line := range processes(t) {
		for _, name := range []string{"systemd-nspawn --quiet", "slirp4netns --configure"} {
			if strings.HasPrefix(line, name) && strings.Contains(line, g.spec.Tag) {
				count[name]++
			}
		}
	}
	if count["systemd-nspawn --quiet"] != 1 || count["slirp4netns --configure"] != 1 {
		t.Errorf("the machine's processes: %v", count)
	}
}
