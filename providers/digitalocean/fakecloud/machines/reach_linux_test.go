package machines

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local/localtest"
)

// outward is an address of this computer that is not of its loopback.
func outward(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if own, ok := a.(*net.IPNet); ok && own.IP.To4() != nil && own.IP.IsGlobalUnicast() {
			return own.IP.String()
		}
	}
	t.Skip("this computer has no address but its loopback's")
	return ""
}

// echo serves the address of whoever asks and returns its own.
func echo(t *testing.T, host string) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _, _ := net.SplitHostPort(r.RemoteAddr)
		_, _ = io.WriteString(w, peer)
	})}}
	server.Start()
	t.Cleanup(server.Close)
	return listener.Addr().String()
}

// TestReachable: a machine reaches what it may, before and after its boot, and is seen there
// with its droplet's address.
func TestReachable(t *testing.T) {
	localtest.NeedMachines(t)
	m := &Machines{Dir: t.TempDir(), Cache: localtest.Cache(t), Log: t.Logf}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.HaltAll(ctx); err != nil {
			t.Error(err)
		}
	})
	loopback, other, never := echo(t, "127.0.0.1"), echo(t, outward(t)), echo(t, "127.0.0.1")
	m.Reachable(loopback)
	address, err := m.Boot(t.Context(), fakecloud.Machine{ID: 7, Name: "web", Image: "debian-13-x64", UserData: "#cloud-config\n"})
	if err != nil {
		t.Fatal(err)
	}
	const program = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())"
	asks := func(at string) (string, error) {
		out, err := exec.Command("nsenter", "--net=/run/netns/"+m.spec(7).Tag, "python3", "-c", program, "http://"+at).Output()
		return strings.TrimSpace(string(out)), err
	}
	m.Reachable(other)
	for _, at := range []string{loopback, other} {
		if seen, err := asks(at); err != nil || seen != address {
			t.Errorf("at %s the droplet %s is seen as %q, %v", at, address, seen, err)
		}
	}
	m.Unreachable(loopback)
	for _, at := range []string{loopback, never} {
		if seen, err := asks(at); err == nil {
			t.Errorf("%s answers a machine that may not reach it: %s", at, seen)
		}
	}
}
