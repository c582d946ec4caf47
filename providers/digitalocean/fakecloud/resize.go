package fakecloud

import (
	"context"
	"net/http"
	"slices"
	"time"

	"slipway/providers/simulation"
)

// resized is what a resize changes of a droplet. DiskGB is 0 as long as its disk is that
// of its size; until SizeAt the API shows SizeBefore.
type resized struct {
	DiskGB     int       `json:"disk_gb,omitempty"`
	SizeBefore string    `json:"size_before,omitempty"`
	SizeAt     time.Time `json:"size_at,omitzero"`
}

// actionCall is the body of a call that begins an action.
type actionCall struct {
	Type string `json:"type"`
	// Size and Disk are a resize's: the new size, and whether the disk grows with it.
	Size string `json:"size"`
	Disk bool   `json:"disk"`
	// BackupPolicy is that of backups which are turned on.
	BackupPolicy backupPolicy `json:"backup_policy"`
}

// powers tells whether the action changes the droplet's power or size.
func (a actionCall) powers() bool {
	return slices.Contains([]string{"power_on", "power_off", "shutdown", "resize"}, a.Type)
}

// power begins such an action; until it ends, the droplet is locked.
func (c *Cloud) power(k *call, d *droplet, ask actionCall) {
	if c.faults.DeafAction == ask.Type && c.strikes("deaf-action", 1) {
		simulation.Drop()
	}
	if why := c.refusesPower(d, ask); why != "" {
		k.unprocessable(why)
		return
	}
	a := c.newAction(ask.Type, "droplet", d.ID, d.Region)
	a.Open, a.Size, a.GrowDisk = true, ask.Size, ask.Disk
	a.EndsAt = a.StartedAt.Add(c.options.ActionTime)
	if ask.Type == "resize" {
		a.EndsAt = a.StartedAt.Add(3 * c.options.ActionTime)
	}
	c.perform(a)
	c.settle()
	if c.faults.LostAction == ask.Type && c.strikes("lost-action", 1) {
		_ = c.save() // the next call that changes something reports it
		simulation.Drop()
	}
	k.answer(http.StatusCreated, map[string]any{"action": c.actionJSON(a)})
}

// refusesPower says in the API's words why an action can't begin; "" if it can.
func (c *Cloud) refusesPower(d *droplet, ask actionCall) string {
	switch {
	case d.status(c.now()) == "new":
		return "Droplet is not ready yet."
	case ask.Type == "power_on" && !d.Off:
		return "Droplet is already powered on."
	case ask.Type == "power_on" || ask.Type == "resize":
		return c.refusesResize(d, ask)
	case d.Off:
		return "Droplet is already powered off."
	}
	return ""
}

func (c *Cloud) refusesResize(d *droplet, ask actionCall) string {
	if ask.Type != "resize" {
		return ""
	}
	size, ok := c.sizeBySlug(ask.Size)
	switch {
	case !ok:
		return "You specified an invalid size for Droplet resize."
	case !d.Off:
		return "Droplet must be powered off to be resized."
	case !size.Available || !slices.Contains(size.Regions, d.Region) || size.Slug == c.faults.SoldOutSize:
		return "Size is not available in this region."
	case size.Disk < d.disk():
		return "Size can not decrease size of Droplet's disk image"
	case size.Slug == d.Size && (!ask.Disk || size.Disk == d.disk()):
		return "Droplet already has this size."
	case c.faults.NoRoom:
		return "Size is too large to fit on your droplet's server"
	}
	return ""
}

// perform has the hooks do an action, where there are hooks for it.
func (c *Cloud) perform(a *action) {
	d := c.dropletByID(a.Resource)
	if d == nil || c.options.Stop == nil || c.options.Boot == nil || a.Type == "resize" || a.Type == "shutdown" && c.faults.ShutdownHangs {
		return
	}
	a.EndsAt = time.Time{}
	machine := machineOf(d)
	c.machines.Go(func() {
		ip, err := c.switchPower(a.Type == "power_on", machine)
		c.mu.Lock()
		defer c.mu.Unlock()
		if err != nil && c.ctx.Err() != nil {
			return // the cloud is closing: the next cloud with this state does it
		}
		if ip != "" {
			d.IPv4 = ip
		}
		c.finish(a, err != nil)
		_ = c.save() // the next call that changes something reports it
	})
}

// switchPower has a hook start or stop a machine; started, it tells its address.
func (c *Cloud) switchPower(on bool, m Machine) (ip string, err error) {
	if on {
		return c.options.Boot(c.ctx, m)
	}
	return "", c.options.Stop(c.ctx, m.ID)
}

// settle ends the actions whose time has come.
func (c *Cloud) settle() {
	for _, a := range c.state.Actions {
		if a.Open && !a.EndsAt.IsZero() && !c.now().Before(a.EndsAt) {
			c.finish(a, false)
		}
	}
}

// finish ends an action and lets it take effect, unless it failed.
func (c *Cloud) finish(a *action, failed bool) {
	now := c.now()
	if !a.EndsAt.IsZero() {
		now = a.EndsAt
	}
	a.Open, a.CompletedAt = false, &now
	f := c.faults
	a.Errored = failed || a.Type == "shutdown" && f.ShutdownHangs ||
		a.Type == "resize" && c.strikes("resize-errored", f.ResizeErrored) ||
		a.Type == "power_on" && c.strikes("power-on-errored", f.PowerOnErrored)
	d := c.dropletByID(a.Resource)
	if d == nil || a.Errored {
		return
	}
	if a.Type != "resize" {
		d.Off = a.Type != "power_on"
		return
	}
	disk := d.disk()
	d.SizeBefore, d.SizeAt, d.Size = d.shownSize(now), now.Add(f.SizeLag), a.Size
	d.DiskGB = disk
	if a.GrowDisk {
		d.DiskGB = sizeOf(a.Size).Disk
	}
}

// openAction is the action of a droplet that goes on; nil if none does.
func (c *Cloud) openAction(d *droplet) *action {
	for _, a := range c.state.Actions {
		if a.Open && a.Resource == d.ID {
			return a
		}
	}
	return nil
}

// hidden tells whether an action does not show yet.
func (c *Cloud) hidden(a *action) bool {
	return a != nil && a.Type != "create" && c.now().Before(a.StartedAt.Add(c.faults.ActionLag))
}

// pending tells whether an event keeps a droplet from another action.
func (c *Cloud) pending(d *droplet) bool {
	if d.FreeAt == nil && c.faults.PendingOnAction > 0 {
		free := c.now().Add(c.faults.PendingOnAction)
		d.FreeAt = &free
	}
	return c.busy(d)
}

// leaveOff takes up a droplet that was off, or about to be, when the cloud before this one
// ended: nothing boots it but its own action.
func (c *Cloud) leaveOff(d *droplet) {
	if c.options.Boot == nil {
		return
	}
	_, c.halts[d.ID] = context.WithCancel(c.ctx)
	d.booted = make(chan struct{})
	close(d.booted)
}

func (d *droplet) disk() int {
	if d.DiskGB > 0 {
		return d.DiskGB
	}
	return sizeOf(d.Size).Disk
}

// shownSize is the size that the API shows by now.
func (d *droplet) shownSize(now time.Time) string {
	if now.Before(d.SizeAt) {
		return d.SizeBefore
	}
	return d.Size
}

// sizeOf is a size as the price list has it, whatever is on sale.
func sizeOf(slug string) size {
	for _, s := range sizes {
		if s.Slug == slug {
			return s
		}
	}
	return size{}
}

// Power is how a droplet is, for tests.
type Power struct {
	Off bool
	// Size is its slug, DiskGB its disk.
	Size   string
	DiskGB int
	// Busy tells whether an action goes on.
	Busy bool
}

// Power tells how a droplet is by now, also what the API does not show yet.
func (c *Cloud) Power(id int) Power {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	d := c.dropletByID(id)
	if d == nil {
		return Power{}
	}
	return Power{Off: d.Off, Size: d.Size, DiskGB: d.disk(), Busy: c.busy(d)}
}

// Done counts the actions of a type that a droplet has completed.
func (c *Cloud) Done(id int, kind string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	n := 0
	for _, a := range c.state.Actions {
		if a.Resource == id && a.Type == kind && !a.Open && !a.Errored {
			n++
		}
	}
	return n
}
