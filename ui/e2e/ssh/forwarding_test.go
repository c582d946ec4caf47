package ssh

import (
	"net/http"
	"strings"
	"testing"

	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// world is a network namespace that stands in for the internet: 198.51.100.2, which
// reaches the server at 198.51.100.1.
const world = `ip netns add world
ip link add w0 type veth peer name w1 netns world
ip address add 198.51.100.1/24 dev w0 && ip link set w0 up
ip -n world address add 198.51.100.2/24 dev w1 && ip -n world link set w1 up && ip -n world link set lo up
serve() { unit=$1; shift; systemd-run --quiet --unit="$unit" "$@"; }
`

// container is a namespace behind a bridge, as a container engine makes it: it goes out
// through the server, its port 80 is the server's 8088, and it asks the server at port
// 7000 of the bridge.
const container = world + `ip netns add pod
ip link add pods type bridge && ip address add 10.77.0.1/24 dev pods && ip link set pods up
ip link add p0 type veth peer name p1 netns pod && ip link set p0 master pods up
ip -n pod address add 10.77.0.2/24 dev p1 && ip -n pod link set p1 up && ip -n pod link set lo up && ip -n pod route add default via 10.77.0.1
sysctl -q -w net.ipv4.ip_forward=1
nft -f - <<'END'
table ip engine {
	chain before { type nat hook prerouting priority dstnat; tcp dport 8088 dnat to 10.77.0.2:80; }
	chain after { type nat hook postrouting priority srcnat; ip saddr 10.77.0.0/24 oifname != "pods" masquerade; }
}
END
serve pod-web ip netns exec pod python3 -m http.server 80
serve world-web ip netns exec world python3 -m http.server 8000
serve names python3 -m http.server 7000 --bind 10.77.0.1
for n in $(seq 50); do curl -sf -o /dev/null http://10.77.0.1:7000/ && curl -sf -o /dev/null http://10.77.0.2/ && curl -sf -o /dev/null http://198.51.100.2:8000/ && break; sleep 0.1; done`

// goesOn tries the ways of a container: out, in, and to the server. A login's own sandbox
// lets it into no namespace.
const goesOn = `ask() { systemd-run --quiet --pipe --wait ip netns exec "$1" curl -s -o /dev/null -m 3 -w '%{http_code}\n' "$2" || :; }
ask pod http://198.51.100.2:8000/; ask world http://198.51.100.1:8088/; ask pod http://10.77.0.1:7000/; ask world http://198.51.100.1:7000/`

// TestForwardingGoesOn deploys with every profile's forwarding rules to a server that
// has containers.
func TestForwardingGoesOn(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-13", nil)
	s.root(t, container)
	const want = "200\n200\n200\n000"
	if before := s.root(t, goesOn); before != want {
		t.Fatalf("the containers of the test do not work: %q", before)
	}
	o := newOperator(t)
	o.aHome(t, nil)
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint(), "--hardening", "strict")
	if r := o.Must(append([]string{"--plan"}, flags...)...); !strings.Contains(r.Stderr, "what the server forwards to containers and other computers goes on: port 8088") {
		t.Errorf("the plan does not say what goes on:\n%s", r.Stderr)
	}
	first := o.Deploy(flags...)
	if status, _ := e2e.Ask(t, first.URL); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if after := o.Root("hello", goesOn); after != want {
		t.Errorf("out, in, to the server, from outside to the server: %q, want %q", after, want)
	}
	if again := o.Deploy(flags...); again.Changed {
		t.Errorf("a second run changes something: %v", again.Steps)
	}
	o.Must("destroy", "-y", "--lose-data")
	if after := s.root(t, goesOn+"; sysctl -n net.ipv4.ip_forward"); after != want+"\n1" {
		t.Errorf("after destroy: %q", after)
	}
}

// listeners are programs of the server's own, at TCP ports 8080 and 9090 and at UDP port
// 51821, which tells back what it is told.
const listeners = world + `serve shop-other python3 -m http.server 8080
serve shop-third python3 -m http.server 9090
serve tunnel python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 51821))
while True: s.sendto(*s.recvfrom(100))'
for n in $(seq 50); do curl -sf -o /dev/null http://127.0.0.1:8080/ && curl -sf -o /dev/null http://127.0.0.1:9090/ && break; sleep 0.1; done`

// reached tries these ports from outside.
const reached = `ask() { ip netns exec world curl -s -o /dev/null -m 3 -w '%{http_code}\n' "http://198.51.100.1:$1/" || :; }
ask 8080; ask 9090
ip netns exec world python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); s.sendto(b"told back", ("198.51.100.1", 51821))
try: print(s.recv(100).decode())
except TimeoutError: print("nothing")'`

// TestOperatorsListener closes a port at which the operator's own program listens only
// by consent.
func TestOperatorsListener(t *testing.T) {
	localtest.NeedMachines(t)
	t.Parallel()
	s := bootBare(t, "debian-13", nil)
	s.root(t, listeners)
	if before := s.root(t, reached); before != "200\n200\ntold back" {
		t.Fatalf("the programs of the test do not answer: %q", before)
	}
	o := newOperator(t)
	o.aHome(t, nil)
	flags := s.flags("root", "--identity", s.identity, "--host-key-fingerprint", s.fingerprint())
	const tree = `find /etc /usr /srv /home /opt -printf '%p %s %T@ %m\n' | sort | sha256sum; nft list ruleset`
	before := s.root(t, tree)
	r := o.Run(append([]string{"--yes"}, flags...)...)
	for _, want := range []string{"port 8080, where python3 (shop-other.service) listens", "port 9090, where python3 (shop-third.service)",
		"port 51821/udp, where python3 (tunnel.service)", "--allow 8080 --allow 9090 --allow 51821/udp", "--allow none", "nothing was changed on the server"} {
		if r.Code != 2 || !strings.Contains(r.Stderr, want) {
			t.Errorf("exit %d, want 2 and %q:\n%s", r.Code, want, r.Stderr)
		}
	}
	if p := o.Must(append([]string{"--plan"}, flags...)...); !strings.Contains(p.Stderr, "close port 8080, where python3 (shop-other.service) listens") {
		t.Errorf("the plan does not say what it closes:\n%s", p.Stderr)
	}
	if after := s.root(t, tree); after != before {
		t.Errorf("the server was changed: %s, it was %s", after, before)
	}
	o.Deploy(append(flags, "--allow", "8080,51821/udp")...)
	if after := o.Root("hello", reached); after != "200\n000\ntold back" {
		t.Errorf("after --allow 8080,51821/udp: %q", after)
	}
	if again := o.Deploy(flags...); again.Changed {
		t.Errorf("a second run, without --allow, changes something: %v", again.Steps)
	}
	o.Deploy(append(flags, "--allow", "none")...)
	if after := o.Root("hello", reached); after != "000\n000\nnothing" {
		t.Errorf("after --allow none: %q", after)
	}
	if again := o.Run("audit"); !strings.Contains(again.Stdout, "8080") {
		t.Errorf("the audit does not name what listens:\n%s", again.Stdout)
	}
}
