package local

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// routerLimit is how long the first answer through a router may take. A kernel whose first
// packet is lost, as while an interface comes up, sends it again after one second and after three.
const routerLimit = 5 * time.Second

// connect leads the machine's address into the machine: through a router or, where
// this computer's kernel or firewall doesn't let that work, by slirp4netns, which takes
// one new connection at a time and hides the client's address. The log of the network
// says why.
func connect(ctx context.Context, l layout, r record) error {
	if err := removeRouter(ctx, l); err != nil {
		return err
	}
	if err := portsFree(r); err != nil {
		return err
	}
	err := startRouter(ctx, l, r)
	if err == nil || ctx.Err() != nil {
		return err
	}
	note := fmt.Sprintf("slirp4netns forwards the ports, because a router does not work here: %v\n", err)
	if err := errors.Join(removeRouter(ctx, l), appendTo(l.networkLog(), note)); err != nil {
		return err
	}
	return addForwards(ctx, l.socket(), r.forwards())
}

// portsFree is nil if no other program listens at the machine's address.
func portsFree(r record) error {
	addr, err := netip.ParseAddr(r.Address)
	if err != nil {
		return fmt.Errorf("the machine's address: %w", err)
	}
	for _, f := range r.forwards() {
		if err := portFree(addr, f.Port); err != nil {
			return portTaken(f, err)
		}
	}
	return nil
}

// startRouter makes the machine's router and sees that it leads into the machine.
func startRouter(ctx context.Context, l layout, r record) error {
	within := "--net=" + l.routerNetns()
	steps := []func() error{
		func() error { return run(ctx, l, "ip", "netns", "add", l.router()) },
		func() error { return runWith(ctx, l, hostBatch(l, r.Address), "ip", "-batch", "-") },
		func() error { return setHostLink(l) },
		func() error { return runWith(ctx, l, routerBatch(l, r.Address), "ip", "-n", l.router(), "-batch", "-") },
		func() error { return run(ctx, l, append([]string{"nsenter", within}, settingsCommand()...)...) },
		func() error { return runWith(ctx, l, guestBatch(), "ip", "-n", l.id, "-batch", "-") },
		func() error { return runWith(ctx, l, routerRules(r), "nsenter", within, "nft", "-f", "-") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return leads(ctx, r)
}

// setHostLink lets this computer's interface carry loopback addresses, and nothing of
// IPv6, which the kernel may lack.
func setHostLink(l layout) error {
	_ = os.WriteFile(filepath.Join("/proc/sys/net/ipv6/conf", l.hostLink(), "disable_ipv6"), []byte("1"), 0o644)
	return os.WriteFile(filepath.Join("/proc/sys/net/ipv4/conf", l.hostLink(), "route_localnet"), []byte("1"), 0o644)
}

// settingsCommand writes the router's settings: a process sees those of its own
// namespace below /proc/sys/net.
func settingsCommand() []string {
	argv := []string{"/bin/sh", "-c", `cd /proc/sys/net && while [ $# -gt 0 ]; do echo "$2" >"$1" || exit 1; shift 2; done`, "sh"}
	for _, s := range routerSettings() {
		argv = append(argv, s[0], s[1])
	}
	return argv
}

// leads is nil if the machine's kernel answers at its address: before sshd listens, it
// refuses the connection. A firewall of this computer that does not let the answers in
// is noticed here.
func leads(ctx context.Context, r record) error {
	conn, err := (&net.Dialer{Timeout: routerLimit}).DialContext(ctx, "tcp", net.JoinHostPort(r.Address, strconv.Itoa(r.SSHPort)))
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil
	}
	if err != nil {
		return err
	}
	return conn.Close()
}

// routed tells whether the machine's address leads to its router.
func routed(mounts []mount, l layout, r record) bool {
	link, err := net.InterfaceByName(l.hostLink())
	if err != nil || !mounted(mounts, l.routerNetns()) {
		return false
	}
	addr, err := netip.ParseAddr(r.Address)
	if err != nil {
		return false
	}
	table, err := syscall.NetlinkRIB(syscall.RTM_GETROUTE, syscall.AF_INET)
	if err != nil {
		return false
	}
	routes, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(routes, func(m syscall.NetlinkMessage) bool { return leadsOut(m, addr, link.Index) })
}

// leadsOut tells whether a route is the one of that address through that interface.
func leadsOut(route syscall.NetlinkMessage, addr netip.Addr, link int) bool {
	if route.Header.Type != syscall.RTM_NEWROUTE {
		return false
	}
	attributes, err := syscall.ParseNetlinkRouteAttr(&route)
	if err != nil {
		return false
	}
	var to, out bool
	for _, a := range attributes {
		switch a.Attr.Type {
		case syscall.RTA_DST:
			to = slices.Equal(a.Value, addr.AsSlice())
		case syscall.RTA_OIF:
			out = len(a.Value) == 4 && binary.NativeEndian.Uint32(a.Value) == uint32(link) //nolint:gosec // the kernel counts interfaces from 1
		}
	}
	return to && out
}

// removeRouter removes the router and this computer's interface, if they exist. The
// route, and the machine's interface, go with it.
func removeRouter(ctx context.Context, l layout) error {
	if err := awaitCommands(ctx, l); err != nil {
		return err
	}
	if exists(l.hostLinkFolder()) {
		// The kernel may be removing it, with the namespace of its other end.
		if err := run(ctx, l, "ip", "link", "del", l.hostLink()); err != nil && exists(l.hostLinkFolder()) {
			return err
		}
	}
	if err := unmountAll(ctx, l.routerNetns()); err != nil {
		return err
	}
	return os.RemoveAll(l.routerNetns())
}

func appendTo(log, text string) error {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(strings.TrimRight(text, "\n") + "\n")
	return errors.Join(err, file.Close())
}
