package docker

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/system"
	"github.com/moby/moby/client"

	"slipway/providers"
	"slipway/providers/loopback"
)

// placeTries is how many addresses, and then ports, are tried.
const placeTries = 8

// places lists where an app may be published, the best first: always the same for the
// same tag. First comes port 80 of a loopback address of its own, where the engine shares
// this computer's network and may have such ports; then a port of 127.0.0.1.
func (d deployment) places(ctx context.Context) []published {
	var all []published
	info, err := d.api.Info(ctx, client.InfoOptions{})
	if err == nil && ownAddresses(info.Info, runtime.GOOS) {
		for n := range placeTries {
			all = append(all, published{loopback.Candidate(d.spec.Tag, n), 80})
		}
	}
	sum := sha256.Sum256([]byte(d.spec.Tag))
	for n := range placeTries {
		port := 20000 + (int(binary.BigEndian.Uint16(sum[:]))+n)%10000
		all = append(all, published{netip.AddrFrom4([4]byte{127, 0, 0, 1}), port})
	}
	return all
}

// supplied is the variable that tells an app under which names visitors reach it; nil for
// an app that does not look. The names are always all that places could choose, so that a
// release is the same wherever it is published.
func supplied(spec providers.Spec, app providers.App) map[string]string {
	if app.HostVariable == nil {
		return nil
	}
	var hosts []string
	for n := range placeTries {
		hosts = append(hosts, loopback.Candidate(spec.Tag, n).String())
	}
	name, value := app.HostVariable(append(hosts, "127.0.0.1", "localhost"))
	if name == "" {
		return nil
	}
	return map[string]string{name: value}
}

// ownAddresses tells whether an engine can publish on any address of 127.0.0.0/8. In a
// virtual machine (Docker Desktop) or without root it can't, and may not say so.
func ownAddresses(engine system.Info, os string) bool {
	return os == "linux" && !strings.Contains(engine.OperatingSystem, "Docker Desktop") &&
		!slices.ContainsFunc(engine.SecurityOptions, func(o string) bool { return strings.HasPrefix(o, "name=rootless") })
}

// answers tells whether a program listens there already; on every address too, of which
// the engine may not know.
func answers(ctx context.Context, at published) bool {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(at.address.String(), strconv.Itoa(at.port)))
	if err != nil {
		return false
	}
	connection.Close()
	return true
}
