package local

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"slipway/providers"
	"slipway/providers/loopback"
)

func TestChooseAddress(t *testing.T) {
	all := func(netip.Addr, int) error { return nil }
	first, ssh, err := chooseAddress("slipway-a-1", all)
	if err != nil || ssh != 22 || first != loopback.Candidate("slipway-a-1", 0) {
		t.Fatalf("%v %d %v", first, ssh, err)
	}
	other, _, err := chooseAddress("slipway-a-2", all)
	if err != nil || other == first {
		t.Errorf("two tags share the address %v, %v", other, err)
	}
	taken := func(blocked func(netip.Addr, int) bool) func(netip.Addr, int) error {
		return func(a netip.Addr, port int) error {
			if blocked(a, port) {
				return fmt.Errorf("%v:%d is taken", a, port)
			}
			return nil
		}
	}
	second, ssh, err := chooseAddress("slipway-a-1", taken(func(a netip.Addr, port int) bool { return a == first && port == 443 }))
	if err != nil || ssh != 22 || second != loopback.Candidate("slipway-a-1", 1) {
		t.Errorf("with the first taken: %v %d %v", second, ssh, err)
	}
	same, ssh, err := chooseAddress("slipway-a-1", taken(func(_ netip.Addr, port int) bool { return port == 22 }))
	if err != nil || ssh != 2222 || same != first {
		t.Errorf("with an sshd on every address: %v %d %v", same, ssh, err)
	}
	_, _, err = chooseAddress("slipway-a-1", taken(func(_ netip.Addr, port int) bool { return port == 80 }))
	var refused *providers.Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), ":80 is taken") {
		t.Errorf("with a web server on every address: %v", err)
	}
}

// TestNoAddress: why there is no address decides what to do next.
func TestNoAddress(t *testing.T) {
	for cause, want := range map[error]string{
		syscall.EADDRNOTAVAIL: "ifconfig lo0 alias " + loopback.Candidate("slipway-a-1", 0).String(),
		syscall.EACCES:        "sudo",
		syscall.EADDRINUSE:    "ss -ltnp",
	} {
		_, _, err := chooseAddress("slipway-a-1", func(netip.Addr, int) error { return &net.OpError{Op: "listen", Err: cause} })
		var refused *providers.Refused
		if !errors.As(err, &refused) || !strings.Contains(refused.Next, want) {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

func TestPortFree(t *testing.T) {
	addr := netip.MustParseAddr("127.213.7.9")
	listener, err := net.Listen("tcp4", addr.String()+":0")
	if err != nil {
		t.Skipf("this system has no such loopback address: %v", err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if portFree(addr, port) == nil {
		t.Error("a port that is taken counts as free")
	}
	listener.Close()
	if err := portFree(addr, port); err != nil {
		t.Error(err)
	}
}
