// Package machines boots a real machine on this computer for each droplet of a
// simulated cloud, with the user data that the create call carried. So tests and the
// fakecloud command take the whole way to DigitalOcean, from the first create call to
// an app that answers, without an account.
//
// A droplet's machine is found again after a restart of the cloud, and is removed
// with its folder when the droplet is destroyed.
package machines

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/local"
)

// Machines has the hooks for a cloud's Options.
type Machines struct {
	// Dir is the folder for the machines' disks, Cache the one for base images.
	Dir, Cache string
	// Baked are packages that the machines have beside those of a rented server.
	Baked []string
	// Log receives a line for each thing that happens. Several goroutines call it.
	Log func(format string, args ...any)

	mu      sync.Mutex
	leading map[string][]net.Listener // by the reserved address
	// addresses are those that machines reach; up are the machines that run, by their
	// droplets' numbers.
	addresses []string
	up        map[int]*machine
}

// machine is a machine that runs.
type machine struct {
	address string
	// ways lead to what the machine reaches, by address.
	ways map[string]net.Listener
}

// Reachable lets all machines, those that run and those to come, reach an address of this
// computer, "HOST:PORT", as if it were in the world: at the same address, and seen there
// with the droplet's own. Machines reach nothing else that listens on this computer.
func (m *Machines) Reachable(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.addresses, address) {
		return
	}
	m.addresses = append(m.addresses, address)
	for id, up := range m.up {
		if err := m.openWay(id, up, address); err != nil {
			m.Log("%v", err)
		}
	}
}

// Unreachable ends what Reachable began.
func (m *Machines) Unreachable(address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addresses = slices.DeleteFunc(m.addresses, func(a string) bool { return a == address })
	for _, up := range m.up {
		if way := up.ways[address]; way != nil {
			_ = way.Close() // connections that are open end with what they lead to
			delete(up.ways, address)
		}
	}
}

// isUp opens the ways of a machine that runs.
func (m *Machines) isUp(id int, address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	up := m.up[id]
	if up == nil {
		up = &machine{address, map[string]net.Listener{}}
	}
	for _, a := range m.addresses {
		if up.ways[a] != nil {
			continue
		}
		if err := m.openWay(id, up, a); err != nil {
			return err
		}
	}
	if m.up == nil {
		m.up = map[int]*machine{}
	}
	m.up[id] = up
	return nil
}

// isDown ends the ways of a machine.
func (m *Machines) isDown(id int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.up[id] == nil {
		return
	}
	for _, way := range m.up[id].ways {
		_ = way.Close() // connections that are open end with the machine
	}
	delete(m.up, id)
}

func (m *Machines) folder(id int) string {
	return filepath.Join(m.Dir, "machines", strconv.Itoa(id))
}

// spec is the droplet for the local provider. Its tag is made of the folder and the
// droplet's number, so that the machine is found again after a restart.
func (m *Machines) spec(id int) providers.Spec {
	sum := sha256.Sum256([]byte(m.folder(id)))
	name := fmt.Sprintf("droplet-%d", id)
	return providers.Spec{Name: name, Tag: fmt.Sprintf("fakecloud-%x-%s", sum[:4], name)}
}

// Boot boots the machine of a droplet, or finds it running, and returns its
// address.
func (m *Machines) Boot(ctx context.Context, d fakecloud.Machine) (string, error) {
	ip, err := m.bootMachine(ctx, d)
	if err != nil {
		m.Log("droplet %d does not boot: %v", d.ID, err)
		return "", err
	}
	m.Log("droplet %d answers at %s", d.ID, ip)
	return ip, nil
}

func (m *Machines) bootMachine(ctx context.Context, d fakecloud.Machine) (string, error) {
	p, err := local.New(local.Options{Dir: m.folder(d.ID), Cache: m.Cache, Baked: m.Baked})
	if err != nil {
		return "", err
	}
	spec := m.spec(d.ID)
	spec.UserData = d.UserData
	spec.Image = localImage(d.Image)
	if len(d.AuthorizedKeys) > 0 {
		spec.AuthorizedKey = d.AuthorizedKeys[0]
	}
	spec.Ports = []int{22, 80, 443}
	if err := p.Check(ctx, spec); err != nil {
		return "", err
	}
	if err := m.size(d.ID, d.MemoryMB); err != nil {
		return "", err
	}
	for _, r := range p.Resources(spec) {
		found, err := r.Look(ctx, time.Time{})
		if err != nil {
			return "", err
		}
		if found.Holds {
			continue
		}
		if err := r.Make(ctx, func(line string) { m.Log("droplet %d: %s", d.ID, line) }); err != nil {
			return "", err
		}
	}
	server, err := p.Server(ctx, spec)
	if err != nil {
		return "", err
	}
	if server.Port != 22 {
		return "", fmt.Errorf("the machine's sshd is at port %d, and a droplet's must be at 22", server.Port)
	}
	return server.Address, m.isUp(d.ID, server.Address)
}

// Halt removes the machine and its folder.
func (m *Machines) Halt(ctx context.Context, id int) error {
	m.isDown(id)
	p, err := local.New(local.Options{Dir: m.folder(id), Cache: m.Cache, Baked: m.Baked})
	if err != nil {
		return err
	}
	err = p.Destroy(ctx, m.spec(id), func(line string) { m.Log("droplet %d: %s", id, line) })
	if err == nil {
		err = os.RemoveAll(m.folder(id))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		m.Log("droplet %d is not removed: %v", id, err)
	}
	return err
}

// localImage is the local provider's name of a DigitalOcean image.
func localImage(slug string) string {
	if slug == "debian-12-x64" {
		return "debian-12"
	}
	return "debian-13"
}

// HaltAll removes every machine whose folder is in Dir.
func (m *Machines) HaltAll(ctx context.Context) error {
	left, err := filepath.Glob(filepath.Join(m.Dir, "machines", "*"))
	if err != nil {
		return err
	}
	var all error
	for _, folder := range left {
		id, err := strconv.Atoi(filepath.Base(folder))
		if err == nil {
			err = m.Halt(ctx, id)
		}
		all = errors.Join(all, err)
	}
	return all
}
