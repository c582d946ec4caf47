package fakecloud

import (
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

// droplet is one virtual machine. TaggedAt, ListedAt, ActiveAt and IPv4At are the
// times from which on the API shows its tags, the droplet in lists, its status
// "active" and its address. Until FreeAt an event is pending, and at GoneAt it is
// removed.
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
	BackupsOn    bool       `json:"backups_on"`
	BackupsAt    time.Time  `json:"backups_at"`
	BackupPlan   string     `json:"backup_plan"`
	Stuck        bool       `json:"stuck"`
	ActionID     int        `json:"action_id"`
	CreatedAt    time.Time  `json:"created_at"`
	TaggedAt     time.Time  `json:"tagged_at"`
	ListedAt     time.Time  `json:"listed_at"`
	ActiveAt     time.Time  `json:"active_at"`
	IPv4At       time.Time  `json:"ipv4_at"`
	FreeAt       *time.Time `json:"free_at"`
	GoneAt       *time.Time `json:"gone_at"`
	resized
	booting bool
	booted  chan struct{}
}

// createCall is the body of a droplet's create call.
type createCall struct {
	Name    string `json:"name"`
	Region  string `json:"region"`
	Size    string `json:"size"`
	Image   any    `json:"image"`
	SSHKeys []any  `json:"ssh_keys"`
	Backups bool   `json:"backups"`
	// Policy is how often backups are made.
	Policy     backupPolicy `json:"backup_policy"`
	IPv6       bool         `json:"ipv6"`
	Monitoring bool         `json:"monitoring"`
	Tags       []string     `json:"tags"`
	UserData   string       `json:"user_data"`
	VPC        string       `json:"vpc_uuid"`
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

// refusesDroplet says in the API's words why a droplet can't be made; "" if it can.
func (c *Cloud) refusesDroplet(ask *createCall) string {
	switch {
	case !hostName.MatchString(ask.Name):
		return "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)"
	case c.faults.TryAgain > 0 && c.strikes("try-again", c.faults.TryAgain):
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
	for feature, on := range map[string]bool{"ipv6": ask.IPv6, "monitoring": ask.Monitoring} {
		if on {
			d.Features = append(d.Features, feature)
		}
	}
	slices.Sort(d.Features)
	if ask.Backups {
		c.turnBackups(d, true, ask.Policy)
	}
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
	return c.actionStatus(c.actionByID(d.ActionID)) == "in-progress" || c.openAction(d) != nil || (d.FreeAt != nil && c.now().Before(*d.FreeAt))
}

func (c *Cloud) dropletByID(id int) *droplet {
	for _, d := range c.state.Droplets {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// notFoundYet tells whether a read of something new is still answered with 404.
func (c *Cloud) notFoundYet(what string) bool {
	if c.misses[what] <= 0 {
		return false
	}
	c.misses[what]--
	return true
}

func (c *Cloud) getDroplet(k *call) {
	d := c.dropletByID(k.id())
	if d == nil || c.notFoundYet(fmt.Sprint("droplet ", d.ID)) {
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
	if d == nil || d.GoneAt != nil || c.notFoundYet(fmt.Sprint("droplet ", d.ID)) {
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
			c.assign(r, 0)
		}
	}
	c.removeGone()
	c.halt(d)
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
