package interrupted

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway/providers"
	"slipway/providers/local"
	"slipway/providers/local/localtest"
	"slipway/ui/e2e"
)

// cutter stands in front of a machine's ports 22 and 80, and cuts each SSH
// connection after some number of bytes.
type cutter struct {
	address string
	target  func() (string, error)

	mu      sync.Mutex
	random  *rand.Rand
	cuts    int
	carried int
	running sync.WaitGroup
}

// newCutter listens until the test ends.
func newCutter(t *testing.T, seed uint64, target func() (string, error)) *cutter {
	t.Helper()
	c := &cutter{target: target, random: rand.New(rand.NewPCG(seed, 22))}
	c.address = fmt.Sprintf("127.77.%d.%d", 1+os.Getpid()%250, 1+seed%250)
	t.Cleanup(c.running.Wait)
	for _, port := range []string{"22", "80"} {
		listener, err := net.Listen("tcp", net.JoinHostPort(c.address, port))
		if err != nil {
			t.Fatal(err)
		}
		c.running.Go(func() { c.accept(listener, port) })
		t.Cleanup(func() { listener.Close() })
	}
	return c
}

func (c *cutter) accept(listener net.Listener, port string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		c.running.Go(func() { c.carry(conn, port) })
	}
}

// carry passes bytes both ways until either side ends or the bytes run out.
func (c *cutter) carry(near net.Conn, port string) {
	defer near.Close()
	address, err := c.target()
	if err != nil {
		return
	}
	far, err := net.DialTimeout("tcp", net.JoinHostPort(address, port), 5*time.Second)
	if err != nil {
		return
	}
	defer far.Close()
	left := int64(1 << 40)
	if port == "22" {
		left = c.budget()
	}
	var both sync.WaitGroup
	pass := func(to, from net.Conn) {
		n, err := io.CopyN(to, from, left)
		if n == left && err == nil {
			c.mu.Lock()
			c.cuts++
			c.mu.Unlock()
		}
		near.Close()
		far.Close()
	}
	both.Go(func() { pass(near, far) })
	both.Go(func() { pass(far, near) })
	both.Wait()
}

// budget is how many bytes a connection may carry in one direction. Until three
// were cut none can carry a whole look, so that three always are; then some
// die in the handshake, most in a job, and every fifth can finish one.
func (c *cutter) budget() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.carried++
	switch {
	case c.cuts < 3:
		return 1 + c.random.Int64N(6_000)
	case c.carried%5 == 0:
		return 1 + c.random.Int64N(600_000)
	}
	return 1 + c.random.Int64N(60_000)
}

func (c *cutter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cuts
}

// where finds a child's machine, once it is there.
func (c child) where(t *testing.T) (*local.Provider, providers.Spec, error) {
	t.Helper()
	record, known := intact(t, c.Home)
	if !known {
		return nil, providers.Spec{}, errors.New("there is no record yet")
	}
	p, err := local.New(local.Options{Dir: filepath.Join(c.Home, "hello"), Cache: c.Cache})
	return p, providers.Spec{Name: "hello", Tag: record.Tag}, err
}

// TestInterruptedConnection cuts every SSH connection of a deployment after a
// random number of bytes.
func TestInterruptedConnection(t *testing.T) {
	localtest.NeedMachines(t)
	for _, n := range sample(1, 12) {
		t.Run(fmt.Sprint("seed ", n), func(t *testing.T) {
			c := localChild(t)
			cutter := newCutter(t, *seed*100+uint64(n), func() (string, error) {
				p, spec, err := c.where(t)
				if err != nil {
					return "", err
				}
				server, err := p.Server(t.Context(), spec)
				return server.Address, err
			})
			c.Via = cutter.address
			end := c.whole(t)
			answers(t, end)
			onceOnly(t, c)
			if cutter.count() < 3 {
				t.Errorf("only %d connections were cut", cutter.count())
			}
			t.Logf("%d connections were cut", cutter.count())
		})
	}
}

// TestInterruptedServer takes the power from the server while it installs
// packages, as soon as dpkg unpacks, and gives it back.
func TestInterruptedServer(t *testing.T) {
	localtest.NeedMachines(t)
	c := localChild(t)
	done := make(chan error, 1)
	r := c.run(t, func(*os.Process) {
		go func() { done <- c.powerCut(t) }()
	})
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if r.killed || r.end.Error != "" {
		t.Fatalf("the deployment did not go on: %s\n%s", r.end.Error, r.stderr)
	}
	answers(t, r.end)
	if again := c.whole(t); again.Changed {
		t.Errorf("something was left to change: %v", again.Steps)
	}
}

// powerCut waits until dpkg is at work in the machine, ends it at once, and
// starts it again.
func (c child) powerCut(t *testing.T) error {
	t.Helper()
	log := filepath.Join(c.Home, "hello", "machine", "disk", "var/log/dpkg.log")
	for range 1200 {
		if data, err := os.ReadFile(log); err == nil && strings.Contains(string(data), "status unpacked nginx") {
			return c.restart(t)
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("dpkg was never seen at work")
}

func (c child) restart(t *testing.T) error {
	t.Helper()
	p, spec, err := c.where(t)
	if err != nil {
		return err
	}
	if err := e2e.CutPower(spec.Tag); err != nil {
		return err
	}
	for _, r := range p.Resources(spec) {
		found, err := r.Look(t.Context(), time.Time{})
		if err != nil {
			return err
		}
		if found.Holds {
			continue
		}
		if err := r.Make(t.Context(), func(string) {}); err != nil {
			return err
		}
	}
	return nil
}
