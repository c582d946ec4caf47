package local

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"slipway/providers/loopback"
)

// answering tells each client its address, at port 81; at 82 it is the same, behind a
// firewall that lets only the loopback in.
const answering = `cat >/root/answer.py <<'END'
import socketserver, sys
class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall((self.client_address[0] + "\n").encode())
class Server(socketserver.TCPServer):
    allow_reuse_address, request_queue_size = True, 1024
Server(("", int(sys.argv[1])), Answer).serve_forever()
END
nft 'table inet trial { chain input { type filter hook input priority 0; iif lo accept; tcp dport 82 drop; }; }'
for port in 81 82; do
	systemd-run --quiet --unit=answer-$port python3 /root/answer.py $port
	until python3 -c "import socket; socket.create_connection((\"127.0.0.1\", $port), 3).recv(1)" 2>/dev/null; do :; done
done`

// assertRouter checks what a router does that slirp4netns does not.
func assertRouter(t *testing.T, g *guest) {
	t.Helper()
	server, err := g.Server(t.Context(), g.spec)
	if err != nil {
		t.Fatal(err)
	}
	g.sh(t, answering)
	for _, from := range []string{"127.0.0.1", "127.0.0.9", "127.8.0.9"} {
		want := strings.Replace(from, "127.", "240.", 1)
		if got, err := clientOf(server.Address+":81", from, 5*time.Second); err != nil || got != want {
			t.Errorf("the machine sees %s as %q and not as %s: %v", from, got, want, err)
		}
	}
	if got, err := clientOf(server.Address+":82", "127.0.0.1", time.Second); err == nil {
		t.Errorf("a port that the machine's firewall drops answers %s", got)
	}
	assertBurst(t, server.Address+":81")
	assertOneWay(t, g)
}

// clientOf asks which address the machine sees of a client.
func clientOf(at, from string, limit time.Duration) (string, error) {
	dialer := &net.Dialer{Timeout: limit, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.Dial("tcp", at)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return "", err
	}
	var seen string
	_, err = fmt.Fscanln(conn, &seen)
	return seen, err
}

// assertBurst connects 500 times at the same instant. A connection whose first packet
// is lost is answered only after its kernel has sent that again, which it does after a
// second: the kernel counts those, so that a slow computer does not matter.
func assertBurst(t *testing.T, at string) {
	t.Helper()
	const burst = 500
	begin := make(chan struct{})
	var all sync.WaitGroup
	var answered, again atomic.Int64
	for range burst {
		all.Go(func() {
			<-begin
			conn, err := net.DialTimeout("tcp", at, 20*time.Second)
			if err != nil {
				return
			}
			defer conn.Close()
			if retransmitted(conn) {
				again.Add(1)
			}
			if conn.SetDeadline(time.Now().Add(20*time.Second)) == nil {
				if _, err := conn.Read(make([]byte, 1)); err == nil {
					answered.Add(1)
				}
			}
		})
	}
	close(begin)
	all.Wait()
	if answered.Load() != burst || again.Load() != 0 {
		t.Errorf("of %d connections at once, %d were answered, %d of them at the second try", burst, answered.Load(), again.Load())
	}
}

// assertOneWay has the machine's root try all to reach this computer's loopback.
func assertOneWay(t *testing.T, g *guest) {
	t.Helper()
	server, err := g.Server(t.Context(), g.spec)
	if err != nil {
		t.Fatal(err)
	}
	g.sh(t, "sysctl -q -w net.ipv4.conf."+guestLink+".route_localnet=1 && ip route add unicast 127.0.0.99/32 via "+nextHop+" dev "+guestLink+" onlink src "+guestAddress+" table local")
	assertLoopbackShut(t, g, "240.0.0.1", "127.0.0.99", nextHop, server.Address)
	g.sh(t, "ip route del 127.0.0.99/32 table local")
}

// forwardRemoved begins with a machine to which no router leads, as if a firewall of
// this computer were in the way: its ports are forwarded, as those of a machine of an
// earlier Slipway. That is whole as long as all of them are.
func (g *guest) forwardRemoved(t *testing.T) {
	l := g.layout(g.spec)
	rules := func(text string) {
		cmd := exec.Command("nsenter", "--net="+l.netns(), "nft", text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	rules("table inet trial { chain input { type filter hook input priority 0; iifname " + guestLink + " drop; }; }")
	if err := exec.Command("ip", "link", "del", l.hostLink()).Run(); err != nil {
		log, _ := os.ReadFile(l.networkLog()) // it says why there is no router
		t.Fatalf("%v\n%s", err, log)
	}
	g.assertMended(t, "mend")
	log, err := os.ReadFile(l.networkLog())
	if err != nil || exists(l.hostLinkFolder()) || !strings.Contains(string(log), "slirp4netns forwards") {
		t.Errorf("the router that leads nowhere is still there, or the log does not tell: %v\n%s", err, log)
	}
	if !holds(t, g.machine()) {
		t.Error("with its ports forwarded the machine is not whole")
	}
	// A first packet that is lost is sent again, and the router stays.
	rules("flush chain inet trial input; add rule inet trial input iifname " + guestLink + " tcp flags syn quota until 60 bytes drop")
	if err := slirpCall(t.Context(), l.socket(), "remove_hostfwd", map[string]int{"id": 2}, nil); err != nil {
		t.Fatal(err)
	}
	g.assertMended(t, "mend")
	g.sh(t, "test -e /run/mark")
	if !exists(l.hostLinkFolder()) {
		t.Error("there is no router again")
	}
	rules("delete table inet trial")
}

// TestRouterTexts: a machine whose sshd has another port gets that one, and
// names stay short enough for the kernel.
func TestRouterTexts(t *testing.T) {
	l := layoutFor("/x", "slipway-hello-1")
	if len(l.hostLink()) > 15 || l.routerNetns() != RouterNamespace("slipway-hello-1") {
		t.Errorf("%s, %s", l.hostLink(), l.routerNetns())
	}
	addr := loopback.Candidate("slipway-hello-1", 0).String()
	for port, has := range map[int]bool{22: false, 2222: true} {
		rules := routerRules(record{Address: addr, SSHPort: port})
		if strings.Contains(rules, "tcp dport 2222 dnat to 10.0.2.100:22") != has {
			t.Errorf("sshd at %d:\n%s", port, rules)
		}
	}
	if _, err := netip.ParsePrefix(clients); err != nil {
		t.Error(err)
	}
}

// retransmitted tells whether a connection's kernel had to send a packet again.
func retransmitted(conn net.Conn) bool {
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return true
	}
	lost := true
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		lost = err != nil || info.Total_retrans != 0
	})
	return lost
}

// TestCommandOutlivesRun has a command of an earlier run make this computer's interface only
// after the machine is to be destroyed, as one does that is killed while the kernel works at
// what it asked for.
func TestCommandOutlivesRun(t *testing.T) {
	t.Parallel()
	g := newGuest(t, "")
	l := g.layout(g.spec)
	m := &machine{spec: g.spec, cache: testCache(t), engine: nspawn{}, layout: l}
	if _, err := m.remember(); err != nil {
		t.Fatal(err)
	}
	begun, goOn := filepath.Join(t.TempDir(), "begun"), filepath.Join(t.TempDir(), "go-on")
	var both sync.WaitGroup
	var made, ended error
	both.Go(func() {
		made = run(t.Context(), l, "sh", "-c", `touch "$1"; until [ -e "$2" ]; do sleep 0.01; done; exec ip link add "$3" type veth`, "sh", begun, goOn, l.hostLink())
	})
	eventually(t, "the command runs", func() error {
		_, err := os.Stat(begun)
		return err
	})
	destroyed := make(chan struct{})
	both.Go(func() {
		defer close(destroyed)
		ended = g.Destroy(t.Context(), g.spec, func(string) {})
	})
	select {
	case <-destroyed:
		t.Error("it was destroyed while a command worked at its network")
	case <-time.After(300 * time.Millisecond):
	}
	if err := os.WriteFile(goOn, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	both.Wait()
	if err := errors.Join(made, ended); err != nil {
		t.Fatal(err)
	}
	assertNothingLeft(t, g.Provider, g.spec)
}
