package fakecloud

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// userDataLimit is the most that a create call may carry.
const userDataLimit = 64 << 10

// droplet is one virtual machine. The times say from when on something shows.
type droplet struct {
	ID           int        `json:"id"`
	Name         string     `json:"name"`
	Region       string     `json:"region"`
	Size         string     `json:"size"`
	Image        string     `json:"image"`
	UserData     string     `json:"user_data"`
	Keys         []string   `json:"keys"`
	Tags         []string   `json:"tags"`
	Features     []string   `json:"features"`
	VPC          string     `json:"vpc"`
	IPv4         string     `json:"ipv4"`
	IPv6         string     `json:"ipv6"`
	PrivateFirst bool       `json:"private_first"`
	Off          bool       `json:"off"`
	Stuck        bool       `json:"stuck"`
	ActionID     int        `json:"action_id"`
	CreatedAt    time.Time  `json:"created_at"`
	TaggedAt     time.Time  `json:"tagged_at"`
	ListedAt     time.Time  `json:"listed_at"`
	ActiveAt     time.Time  `json:"active_at"`
	IPv4At       time.Time  `json:"ipv4_at"`
	FreeAt       *time.Time `json:"free_at"`
	GoneAt       *time.Time `json:"gone_at"`
	booting      bool
	booted       chan struct{}
}

// createCall is the body of a droplet's create call.
type createCall struct {
	Name       string   `json:"name"`
	Region     string   `json:"region"`
	Size       string   `json:"size"`
	Image      any      `json:"image"`
	SSHKeys    []any    `json:"ssh_keys"`
	Backups    bool     `json:"backups"`
	IPv6       bool     `json:"ipv6"`
	Monitoring bool     `json:"monitoring"`
	Tags       []string `json:"tags"`
	UserData   string   `json:"user_data"`
	VPC        string   `json:"vpc_uuid"`
}

var hostName = regexp.MustCompile(`^[a-zA-Z0-9]?[a-z0-9A-Z.\-]*[a-z0-9A-Z]$`)

func (c *Cloud) createDroplet(k *call) {
	var ask createCall
	if !k.read(&ask) {
		return
	}
	if why := c.refusesDroplet(&ask); why != "" {
		k.unprocessable(why)
		return
	}
	d := c.newDroplet(&ask)
	c.state.Droplets = append(c.state.Droplets, d)
	for _, t := range ask.Tags {
		c.addTag(t)
	}
	c.misses[fmt.Sprint("droplet ", d.ID)] = c.faults.NotFoundReads
	c.misses[fmt.Sprint("action ", d.ActionID)] = c.faults.NotFoundReads
	c.boot(d)
	k.answer(http.StatusAccepted, map[string]any{
		"droplet": c.dropletJSON(d),
		"links": map[string]any{"actions": []map[string]any{{
			"id": d.ActionID, "rel": "create", "href": fmt.Sprintf("http://%s/v2/actions/%d", k.r.Host, d.ActionID),
		}}},
	})
}

// refusesDroplet says in the API's words why a droplet can't be made.
func (c *Cloud) refusesDroplet(ask *createCall) string {
	switch {
	case !hostName.MatchString(ask.Name):
		return "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"
	case c.faults.TryAgain > 0 && c.takes("try-again", c.faults.TryAgain):
		return "The image is undergoing a transient event. Please try again."
	case c.faults.HiddenDropletLimit || len(c.state.Droplets) >= c.dropletLimit():
		return "creating this/these droplet(s) will exceed your droplet limit"
	case len(ask.UserData) > userDataLimit:
		return "User data is too big. It must be 64 KiB or less."
	}
	region, ok := regionBySlug(ask.Region)
	if !ok || !region.Available {
		return "You specified an invalid region for Droplet creation."
	}
	image, ok := c.imageBySlug(fmt.Sprint(ask.Image))
	if !ok || *image.Slug == c.faults.RefusedImage {
		return "You specified an invalid image for Droplet creation."
	}
	size, ok := c.sizeBySlug(ask.Size)
	if !ok {
		return "You specified an invalid size for Droplet creation."
	}
	if !size.Available || !slices.Contains(size.Regions, ask.Region) || size.Slug == c.faults.SoldOutSize {
		return "Size is not available in this region."
	}
	for _, id := range ask.SSHKeys {
		if c.findKey(keyName(id)) == nil {
			return fmt.Sprintf("%s are invalid key identifiers for Droplet creation.", keyName(id))
		}
	}
	if v := ask.VPC; v != "" && !slices.ContainsFunc(c.state.VPCs, func(o *vpc) bool { return o.ID == v && o.Region == ask.Region }) {
		return "The VPC is not in the Droplet's region."
	}
	return ""
}

func (c *Cloud) dropletLimit() int {
	if c.faults.DropletLimit > 0 {
		return c.faults.DropletLimit
	}
	return c.options.DropletLimit
}

func keyName(id any) string {
	if n, ok := id.(float64); ok {
		return strconv.Itoa(int(n))
	}
	return fmt.Sprint(id)
}

func (c *Cloud) newDroplet(ask *createCall) *droplet {
	now, f := c.now(), c.faults
	active := now.Add(c.options.BootTime)
	d := &droplet{
		ID: c.nextID(), Name: ask.Name, Region: ask.Region, Size: ask.Size, Image: fmt.Sprint(ask.Image),
		UserData: ask.UserData, Tags: slices.Clone(ask.Tags), Features: []string{"private_networking"},
		VPC: ask.VPC, PrivateFirst: f.PrivateFirst, Stuck: f.StuckNew, CreatedAt: now,
		TaggedAt: now.Add(f.TagLag), ListedAt: now.Add(f.ListLag), ActiveAt: active, IPv4At: active.Add(f.NoIPv4For),
	}
	if d.VPC == "" {
		d.VPC = c.state.VPCs[0].ID
	}
	for _, id := range ask.SSHKeys {
		d.Keys = append(d.Keys, c.findKey(keyName(id)).PublicKey)
	}
	for feature, on := range map[string]bool{"backups": ask.Backups, "ipv6": ask.IPv6, "monitoring": ask.Monitoring} {
		if on {
			d.Features = append(d.Features, feature)
		}
	}
	slices.Sort(d.Features)
	if c.options.Boot == nil {
		d.IPv4 = fmt.Sprintf("203.0.%d.%d", 113+d.ID/250%100, d.ID%250+1)
	}
	if ask.IPv6 {
		d.IPv6 = fmt.Sprintf("2001:db8::%x", d.ID)
	}
	a := c.newAction("create", "droplet", d.ID, d.Region)
	a.Errored = f.ActionErrored
	d.ActionID = a.ID
	return d
}

// boot starts the droplet's machine, if there is a hook for that.
func (c *Cloud) boot(d *droplet) {
	if c.options.Boot == nil {
		return
	}
	ctx, cancel := context.WithCancel(c.ctx)
	c.halts[d.ID] = cancel
	d.booting, d.booted = true, make(chan struct{})
	machine := Machine{
		ID: d.ID, Name: d.Name, Image: d.Image, Size: d.Size, UserData: d.UserData,
		AuthorizedKeys: slices.Clone(d.Keys), Tags: slices.Clone(d.Tags),
	}
	done := d.booted
	c.machines.Go(func() {
		defer close(done)
		ip, err := c.options.Boot(ctx, machine)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.isBooted(d, ip, err)
	})
}

func (c *Cloud) isBooted(d *droplet, ip string, err error) {
	if err != nil && c.ctx.Err() != nil {
		return // the cloud is closing: the next one with this state boots it
	}
	d.booting = false
	if err != nil {
		c.actionByID(d.ActionID).Errored = true
		return
	}
	d.IPv4 = ip
	// A failed save shows at the next call that changes something.
	_ = c.save()
}

func (d *droplet) status(now time.Time) string {
	switch {
	case d.booting || d.Stuck || now.Before(d.ActiveAt):
		return "new"
	case d.Off:
		return "off"
	}
	return "active"
}

// busy tells whether an event is pending, which locks the droplet.
func (c *Cloud) busy(d *droplet) bool {
	return c.actionStatus(c.actionByID(d.ActionID)) == "in-progress" || (d.FreeAt != nil && c.now().Before(*d.FreeAt))
}

// shownTags are the tags that the API admits to by now.
func (d *droplet) shownTags(now time.Time) []string {
	if now.Before(d.TaggedAt) {
		return []string{}
	}
	return append([]string{}, d.Tags...)
}

func (c *Cloud) dropletByID(id int) *droplet {
	for _, d := range c.state.Droplets {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// missed tells whether a read of something new still answers 404.
func (c *Cloud) missed(what string) bool {
	if c.misses[what] <= 0 {
		return false
	}
	c.misses[what]--
	return true
}

func (c *Cloud) getDroplet(k *call) {
	d := c.dropletByID(k.id())
	if d == nil || c.missed(fmt.Sprint("droplet ", d.ID)) {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"droplet": c.dropletJSON(d)})
}

func (c *Cloud) listDroplets(k *call) {
	query, now := k.r.URL.Query(), c.now()
	list := []map[string]any{}
	for _, d := range c.state.Droplets {
		tag, name := query.Get("tag_name"), query.Get("name")
		switch {
		case now.Before(d.ListedAt),
			tag != "" && !slices.Contains(d.shownTags(now), tag),
			name != "" && !strings.EqualFold(d.Name, name):
			continue
		}
		list = append(list, c.dropletJSON(d))
	}
	page(k, "droplets", list)
}

func (c *Cloud) deleteDroplet(k *call) {
	d := c.dropletByID(k.id())
	if d == nil || d.GoneAt != nil || c.missed(fmt.Sprint("droplet ", d.ID)) {
		k.notFound()
		return
	}
	if d.FreeAt == nil && c.faults.PendingOnDestroy > 0 {
		free := c.now().Add(c.faults.PendingOnDestroy)
		d.FreeAt = &free
	}
	if c.busy(d) {
		k.unprocessable("Droplet already has a pending event.")
		return
	}
	c.destroy(d)
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) deleteDropletsByTag(k *call) {
	tag := k.r.URL.Query().Get("tag_name")
	if tag == "" {
		k.unprocessable("tag_name is required")
		return
	}
	for _, d := range slices.Clone(c.state.Droplets) {
		if slices.Contains(d.shownTags(c.now()), tag) {
			c.destroy(d)
		}
	}
	k.answer(http.StatusNoContent, nil)
}

func (c *Cloud) destroy(d *droplet) {
	gone := c.now().Add(c.faults.LingerAfterDestroy)
	d.GoneAt = &gone
	for _, r := range c.state.ReservedIPs {
		if r.DropletID == d.ID {
			r.DropletID = 0
		}
	}
	c.settle()
	c.halt(d)
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

func (c *Cloud) dropletJSON(d *droplet) map[string]any {
	now := c.now()
	size, _ := c.sizeBySlug(d.Size)
	region, _ := regionBySlug(d.Region)
	image, _ := imageBySlug(d.Image)
	return map[string]any{
		"id": d.ID, "name": d.Name, "memory": size.Memory, "vcpus": size.VCPUs, "disk": size.Disk,
		"locked": c.busy(d), "status": d.status(now), "kernel": nil, "created_at": stamp(d.CreatedAt),
		"features": d.Features, "backup_ids": []int{}, "next_backup_window": nil, "snapshot_ids": []int{},
		"image": image, "volume_ids": []string{}, "size": size, "size_slug": size.Slug,
		"networks": c.networksJSON(d, now), "region": region, "tags": d.shownTags(now), "vpc_uuid": d.VPC,
	}
}

func (c *Cloud) networksJSON(d *droplet, now time.Time) map[string]any {
	v4, v6 := []map[string]any{}, []map[string]any{}
	public := map[string]any{"ip_address": d.IPv4, "netmask": "255.255.240.0", "gateway": "203.0.113.1", "type": "public"}
	private := map[string]any{
		"ip_address": fmt.Sprintf("10.116.%d.%d", d.ID/250%16, d.ID%250+2), "netmask": "255.255.240.0", "gateway": "10.116.0.1", "type": "private",
	}
	active := d.status(now) != "new"
	ready := active && !now.Before(d.IPv4At) && d.IPv4 != ""
	if active && (d.PrivateFirst || !ready) {
		v4 = append(v4, private)
	}
	if ready {
		v4 = append(v4, public)
	}
	if ready && !d.PrivateFirst {
		v4 = append(v4, private)
	}
	if active && d.IPv6 != "" {
		v6 = append(v6, map[string]any{"ip_address": d.IPv6, "netmask": 64, "gateway": "2001:db8::1", "type": "public"})
	}
	return map[string]any{"v4": v4, "v6": v6}
}

// PowerOff shuts a droplet down from outside, as its owner could by hand.
func (c *Cloud) PowerOff(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.dropletByID(id); d != nil {
		d.Off = true
	}
}

// AuthorizedKeys returns the public keys that a droplet's create call named.
func (c *Cloud) AuthorizedKeys(id int) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.dropletByID(id); d != nil {
		return slices.Clone(d.Keys)
	}
	return nil
}

// UserData returns what a droplet's create call carried.
func (c *Cloud) UserData(id int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.dropletByID(id); d != nil {
		return d.UserData
	}
	return ""
}
