package local

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// A machine's router is a network namespace of its own between this computer and the
// machine. A route of this computer leads the machine's address into it, and its NAT
// leads on into the machine. The kernel does all of that: there is no process. This
// computer gets one interface and one route, and nothing in its firewall.
//
//	this computer   slw-…  ── outer  router  inner ──  veth-host   machine
//
// The machine sees a client of 127.a.b.c as 240.a.b.c: the kernel of the machine
// takes no packet of a loopback address from outside.
const (
	routerOuter = "outer"
	routerInner = "inner"
	// guestLink is the machine's interface. cloud-init sets up no interface whose
	// name begins like that.
	guestLink = "veth-host"
	// nextHop is the other end of a link, as both ends name it. It is nobody's
	// address: the neighbour entries say which hardware address it stands for.
	nextHop = "169.254.1.1"
	// clients is what the machine sees of this computer's loopback addresses.
	clients = "240.0.0.0/8"
	// otherClients is what it sees of this computer's other addresses.
	otherClients = "240.0.0.1"
)

// The hardware addresses of the links' ends, which only meet each other.
const (
	hostMAC  = "02:00:00:00:00:01"
	outerMAC = "02:00:00:00:00:02"
	innerMAC = "02:00:00:00:00:03"
	guestMAC = "02:00:00:00:00:04"
)

// router is the name of the namespace of the machine's router.
func (l layout) router() string { return l.id + routerSuffix }

// routerSuffix makes the name of a router's namespace from the machine's.
const routerSuffix = "-router"

// RouterNamespace is where the namespace of the router of a machine is, by the tag of
// its deployment. There is none if the machine is off, of another engine than nspawn,
// or if its ports are forwarded by slirp4netns.
func RouterNamespace(tag string) string {
	return filepath.Join("/run/netns", machineID(tag)+routerSuffix)
}

func (l layout) routerNetns() string { return filepath.Join("/run/netns", l.router()) }

// hostLink is this computer's interface that leads to the machine's router. The kernel
// allows such a name 15 bytes.
func (l layout) hostLink() string {
	sum := sha256.Sum256([]byte(l.id))
	return "slw-" + hex.EncodeToString(sum[:5])
}

// hostLinkFolder exists as long as this computer's interface does.
func (l layout) hostLinkFolder() string { return filepath.Join("/sys/class/net", l.hostLink()) }

// hostBatch are the commands for `ip -batch` that connect this computer with the
// router. The route is in the table that is looked up first: the loopback's own route
// is there too, and is less specific.
func hostBatch(l layout, address string) string {
	link := l.hostLink()
	return batch(
		"link add "+link+" address "+hostMAC+" mtu 65520 type veth peer name "+routerOuter+
			" address "+outerMAC+" mtu 65520 netns "+l.router(),
		"link set "+link+" up",
		"neigh replace "+address+" lladdr "+outerMAC+" dev "+link+" nud permanent",
		"route replace unicast "+address+"/32 dev "+link+" src 127.0.0.1 scope link table local",
	)
}

// routerSettings are the kernel's settings of the router, as files below /proc/sys/net
// and what is written into each.
func routerSettings() [][2]string {
	list := [][2]string{{"ipv4/ip_forward", "1"}, {"ipv4/conf/all/rp_filter", "0"}}
	for _, link := range []string{routerOuter, routerInner} {
		list = append(list, [2]string{"ipv4/conf/" + link + "/rp_filter", "0"}, [2]string{"ipv4/conf/" + link + "/route_localnet", "1"})
	}
	return list
}

// routerBatch makes the router's links and routes. Loopback addresses are to it what
// others are to other routers, so its own have to go.
func routerBatch(l layout, address string) string {
	return batch(
		"link add "+routerInner+" address "+innerMAC+" mtu 65520 type veth peer name "+guestLink+
			" address "+guestMAC+" mtu 65520 netns "+l.id,
		"link set lo up",
		"link set "+routerOuter+" up",
		"link set "+routerInner+" up",
		"route flush table local",
		"route replace local "+address+"/32 dev lo table local",
		"neigh replace "+nextHop+" lladdr "+hostMAC+" dev "+routerOuter+" nud permanent",
		"route replace default via "+nextHop+" dev "+routerOuter+" onlink",
		"neigh replace "+guestAddress+" lladdr "+guestMAC+" dev "+routerInner+" nud permanent",
		"route replace "+guestAddress+"/32 dev "+routerInner,
	)
}

// guestBatch leads the machine's answers back.
func guestBatch() string {
	return batch(
		"link set "+guestLink+" up",
		"neigh replace "+nextHop+" lladdr "+innerMAC+" dev "+guestLink+" nud permanent",
		"route replace "+clients+" via "+nextHop+" dev "+guestLink+" onlink",
	)
}

// routerRules are the router's NAT and filter, for nft. What the machine begins does
// not get through: a rented server can't reach its owner's computer either.
func routerRules(r record) string {
	ssh := ""
	if r.SSHPort != sshPorts[0] {
		ssh = fmt.Sprintf("tcp dport %d dnat to %s:22", r.SSHPort, guestAddress)
	}
	return batch(
		"table ip router {",
		"chain arrives {",
		"type nat hook prerouting priority dstnat;",
		"iifname != "+routerOuter+" accept",
		"ip daddr != "+r.Address+" accept",
		ssh,
		"dnat to "+guestAddress,
		"}",
		"chain leaves {",
		"type nat hook postrouting priority srcnat;",
		"oifname != "+routerInner+" accept",
		"ip saddr 127.0.0.0/8 snat ip prefix to ip saddr map { 127.0.0.0/8 : "+clients+" }",
		"snat to "+otherClients,
		"}",
		"chain passes {",
		"type filter hook forward priority filter; policy drop;",
		"ct state established,related accept",
		"iifname "+routerOuter+" oifname "+routerInner+" accept",
		"}",
		"chain stays {",
		"type filter hook input priority filter; policy drop;",
		"iifname "+routerOuter+" accept",
		"}",
		"}",
	)
}

func batch(all ...string) string { return strings.Join(all, "\n") + "\n" }
