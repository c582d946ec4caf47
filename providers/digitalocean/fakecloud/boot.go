package fakecloud

import (
	"context"
	"slices"
	"time"
)

// boot starts the droplet's machine, if there is a hook for that.
func (c *Cloud) boot(d *droplet) {
	if c.options.Boot == nil {
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	c.halts[d.ID] = cancel
	d.booting, d.booted = true, make(chan struct{})
	machine, done := machineOf(d), d.booted
	c.machines.Go(func() {
		defer close(done)
		ip, err := c.options.Boot(ctx, machine)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.isBooted(d, ip, err)
	})
}

// machineOf is what a hook is told about a droplet.
func machineOf(d *droplet) Machine {
	return Machine{
		ID: d.ID, Name: d.Name, Image: d.Image, Size: d.Size, MemoryMB: sizeOf(d.Size).Memory, UserData: d.UserData,
		AuthorizedKeys: slices.Clone(d.Keys), Tags: slices.Clone(d.Tags),
	}
}

func (c *Cloud) isBooted(d *droplet, ip string, err error) {
	if err != nil && c.ctx.Err() != nil {
		return // the cloud is closing: the next cloud with this state boots it
	}
	d.booting = false
	if err != nil {
		c.actionByID(d.ActionID).Errored = true
		return
	}
	d.IPv4 = ip
	// If this fails, the next call that changes something reports it.
	_ = c.save()
}

func (c *Cloud) halt(d *droplet) {
	if c.halts[d.ID] == nil {
		return
	}
	c.halts[d.ID]()
	delete(c.halts, d.ID)
	id, booted := d.ID, d.booted
	c.machines.Go(func() {
		<-booted
		if c.options.Halt == nil {
			return
		}
		// A cloud that closes still removes what was destroyed before.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), time.Minute)
		defer cancel()
		_ = c.options.Halt(ctx, id) // the droplet is gone for its owner either way
	})
}
