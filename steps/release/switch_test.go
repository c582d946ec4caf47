package release

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"slipway/steps/shell"
)

// TestIdle has a shell tell whether anything talks to a socket.
func TestIdle(t *testing.T) {
	if _, err := os.Stat("/proc/net/unix"); err != nil {
		t.Skip("it takes Linux: ", err)
	}
	path := filepath.Join(t.TempDir(), "app.sock")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	idle := func(want bool, when string) {
		t.Helper()
		script := shell.Lines(idleFunctions(), shell.Command("idle", "10", "/run/other.sock", path))
		if err := exec.Command("sh", "-c", script).Run(); (err == nil) != want {
			t.Errorf("idle %s: %v", when, err)
		}
	}
	idle(true, "before anybody comes")
	client, err := (&net.Dialer{}).DialContext(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	idle(false, "while somebody waits to be accepted")
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	idle(false, "while somebody is connected")
	server.Close()
	client.Close()
	idle(true, "after everybody left")
}
