package ssh

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/sys/windows"
)

// TestAgentAtAPipe has an agent listen at a named pipe, as OpenSSH's does on Windows.
func TestAgentAtAPipe(t *testing.T) {
	const name = pipes + "slipway-test-agent"
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring := agent.NewKeyring()
	if err := ring.Add(agent.AddedKey{PrivateKey: key}); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{name, strings.ReplaceAll(name, `\`, "/")} {
		served := serveAt(t, name, ring)
		p := &Provider{options: Options{Getenv: func(string) string { return named }}}
		held, done := p.agentKeys(t.Context())
		if len(held) != 1 {
			t.Errorf("%s: the agent holds %d keys", named, len(held))
		}
		done()
		<-served
	}
	p := &Provider{options: Options{Getenv: func(string) string { return "" }}}
	if got := p.agentSocket(); got != `\\.\pipe\openssh-ssh-agent` {
		t.Errorf("got %s", got)
	}
}

// serveAt serves one client at a named pipe, until it hangs up.
func serveAt(t *testing.T, name string, ring agent.Agent) (served chan struct{}) {
	t.Helper()
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateNamedPipe(text, windows.PIPE_ACCESS_DUPLEX, windows.PIPE_TYPE_BYTE, 1, 1<<12, 1<<12, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	pipe := os.NewFile(uintptr(handle), name)
	served = make(chan struct{})
	go func() {
		defer close(served)
		defer pipe.Close()
		if err := windows.ConnectNamedPipe(handle, nil); err == nil || errors.Is(err, windows.ERROR_PIPE_CONNECTED) {
			agent.ServeAgent(ring, pipe) //nolint:errcheck // it ends when the client hangs up
		}
	}()
	return served
}
