package digitalocean

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// usualDowntime is how long a droplet is off for a resize, as long as none was measured.
const usualDowntime = "one to two minutes"

// wantedSize is the slug of the size that a droplet is to have. A size that only an earlier
// run asked for is no reason to stop a droplet, unless that run was killed while it did.
func wantedSize(spec providers.Spec, d *godo.Droplet) string {
	stopped := !spec.Asked[kindDroplet].IsZero() && (d.Status != "active" || d.Locked)
	if spec.Size == "" || spec.KeepSize && !stopped {
		return d.SizeSlug
	}
	return spec.Size
}

// fits tells whether a droplet has the size that it is to have and, if its disk is to grow
// with it, that size's disk.
func (p *Provider) fits(spec providers.Spec, d *godo.Droplet) bool {
	grown := !p.options.GrowDisk || d.Size == nil || d.Disk >= d.Size.Disk
	return d.SizeSlug == wantedSize(spec, d) && grown
}

// checkResize refuses a size that a droplet can't have, as long as it runs. One that an
// earlier run has turned off is turned on first: Make does that.
func (p *Provider) checkResize(ctx context.Context, spec providers.Spec, d *godo.Droplet) error {
	if d.Status != "active" || p.fits(spec, d) {
		return nil
	}
	_, err := p.target(ctx, spec, d)
	return err
}

// target is the size that a droplet is to have. What it can't have is a *providers.Usage
// that names what it can.
func (p *Provider) target(ctx context.Context, spec providers.Spec, d *godo.Droplet) (Size, error) {
	sale, err := p.Catalog(ctx)
	if err != nil {
		return Size{}, err
	}
	slug, region := wantedSize(spec, d), Region{Slug: regionOf(d)}
	next := sale.sizesIn(region, d.Disk)
	at := slices.IndexFunc(sale.Sizes, func(s Size) bool { return s.Slug == slug })
	switch {
	case at < 0 || !sale.Sizes[at].SoldIn(region.Slug):
		return sale.size(slug, region, Image{MinDiskGB: d.Disk})
	case sale.Sizes[at].GPU != (isGPU(d.SizeSlug) || d.Size != nil && d.Size.GPUInfo != nil):
		return Size{}, &providers.Usage{Err: fmt.Errorf("droplet %d is %s, and a droplet with GPUs and one without don't become each other: %s", d.ID, d.SizeSlug, slug), Next: next}
	case sale.Sizes[at].DiskGB < d.Disk:
		return Size{}, &providers.Usage{
			Err:  fmt.Errorf("droplet %d has a disk of %d GB, the size %s has %d, and a disk can't get smaller", d.ID, d.Disk, slug, sale.Sizes[at].DiskGB),
			Next: next,
		}
	}
	return sale.Sizes[at], nil
}

// isGPU tells by its slug whether a size has GPUs.
func isGPU(slug string) bool { return strings.HasPrefix(slug, "gpu-") }

// resizeChange describes a resize before it is done.
func (p *Provider) resizeChange(ctx context.Context, d *godo.Droplet, to Size) providers.Change {
	share := 1.0
	if backedUp(d) {
		share += backupShare
	}
	disk := fmt.Sprintf("its disk stays at %d GB, so it can go back", d.Disk)
	switch {
	case p.options.GrowDisk && to.DiskGB > d.Disk:
		disk = fmt.Sprintf("its disk grows from %d GB to %d GB for good: it can't go back to a size with a smaller one", d.Disk, to.DiskGB)
	case to.DiskGB == d.Disk:
		disk = fmt.Sprintf("its disk stays at %d GB", d.Disk)
	}
	off := usualDowntime
	if took := p.downtime(ctx, d.ID); took > 0 {
		off = fmt.Sprintf("about %s, as last time", took.Round(time.Second))
	}
	return providers.Change{
		What: fmt.Sprintf("resize droplet %d from %s (%s) to %s", d.ID, d.SizeSlug, providers.AMonth(monthlyOf(d)), to.Slug),
		Was:  fmt.Sprintf("%d MB of memory, %d vCPU, %s", d.Memory, d.Vcpus, providers.AMonth(monthlyOf(d))),
		Why:  fmt.Sprintf("%d MB of memory and %d vCPU instead of %d MB and %d; %s; the server is off for %s, then workers, memory shares and databases follow", to.MemoryMB, to.VCPUs, d.Memory, d.Vcpus, disk, off),
		// It is what the droplet costs from then on, instead of what it costs now.
		Monthly: cents(to.Monthly * share), Hourly: providers.Rounded(to.Hourly*share, 5), Ends: monthlyOf(d),
	}
}

// actions are all that was done with a droplet, the newest first.
func (p *Provider) actions(ctx context.Context, id int) ([]godo.Action, error) {
	all, err := account.EveryPage(ctx, p.api, fmt.Sprintf("list what was done with droplet %d", id), func(ctx context.Context, n int) ([]godo.Action, *godo.Response, error) {
		return p.api.Droplets.Actions(ctx, id, account.FullPage(n))
	})
	slices.SortFunc(all, func(a, b godo.Action) int { return b.ID - a.ID })
	return all, err
}

// downtime is how long a droplet was off for its last resize, by what DigitalOcean keeps of
// it; 0 if there was none, or that can't be told.
func (p *Provider) downtime(ctx context.Context, id int) time.Duration {
	all, err := p.actions(ctx, id)
	if err != nil {
		return 0 // it is only told
	}
	var on, resized *godo.Timestamp
	for _, a := range all {
		switch {
		case a.Status != "completed":
		case resized == nil && a.Type == "power_on":
			on = a.CompletedAt
		case resized == nil && a.Type == "resize":
			resized = a.StartedAt
		case resized != nil && (a.Type == "shutdown" || a.Type == "power_off"):
			if on == nil || a.StartedAt == nil || on.Sub(a.StartedAt.Time) > time.Hour {
				return 0
			}
			return on.Sub(a.StartedAt.Time)
		}
	}
	return 0
}
