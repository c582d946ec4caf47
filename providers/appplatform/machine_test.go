package appplatform

import (
	"context"
	"io"
	"net/netip"
	"os/exec"
	"sync"

	"github.com/creack/pty"

	"slipway/providers/digitalocean/fakecloud"
)

// machine runs apps without starting them: each has the instances and the log that the
// test says, and its console is a shell of this computer.
type machine struct {
	mu        sync.Mutex
	instances []fakecloud.AppInstance
	lines     []fakecloud.AppLogLine
	// fails makes deployments fail.
	fails *fakecloud.AppFailure
	// printed is closed and made anew with each line.
	printed chan struct{}
}

func (m *machine) options(o *fakecloud.Options) { o.Apps, m.printed = m, make(chan struct{}) }

// print adds a line to the log.
func (m *machine) print(lines ...fakecloud.AppLogLine) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lines = append(m.lines, lines...)
	close(m.printed)
	m.printed = make(chan struct{})
}

// Deploy brings a deployment up.
func (m *machine) Deploy(context.Context, fakecloud.AppRun) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	return nil
}

// Remove removes an app.
func (m *machine) Remove(context.Context, string) error { return nil }

// Instances are those of the test.
func (m *machine) Instances(string) []fakecloud.AppInstance {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.instances
}

// Addresses are none.
func (m *machine) Addresses(string) []netip.Addr { return nil }

// Logs are the lines of the test.
func (m *machine) Logs(ctx context.Context, q fakecloud.AppLogQuery, line func(fakecloud.AppLogLine) error) error {
	for at := 0; ; {
		m.mu.Lock()
		lines, printed := m.lines, m.printed
		m.mu.Unlock()
		if at == 0 && q.Tail > 0 {
			at = max(0, len(lines)-q.Tail)
		}
		for ; at < len(lines); at++ {
			if err := line(lines[at]); err != nil {
				return err
			}
		}
		if !q.Follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-printed:
		}
	}
}

// Exec runs a shell on a terminal.
func (m *machine) Exec(ctx context.Context, x fakecloud.AppExec) error {
	shell := exec.CommandContext(ctx, "sh")
	terminal, err := pty.Start(shell)
	if err != nil {
		return err
	}
	defer func() { _ = terminal.Close() }()
	go func() { _, _ = io.Copy(terminal, x.Stdin) }()
	_, _ = io.Copy(x.Stdout, terminal) // it ends as the shell does
	return shell.Wait()
}
