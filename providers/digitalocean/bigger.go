package digitalocean

import (
	"context"

	"slipway/providers"
)

// Sizes is the size of a new droplet, and the cheapest one in its region that has at least
// so much memory and a disk for the image. See [providers.Renter].
func (p *Provider) Sizes(ctx context.Context, spec providers.Spec, leastMB int) (size, bigger providers.Size, err error) {
	chosen, err := p.choose(ctx, spec)
	if err != nil {
		return providers.Size{}, providers.Size{}, err
	}
	for _, s := range p.catalog.Sizes {
		if s.SoldIn(chosen.region.Slug) && s.MemoryMB >= leastMB && s.DiskGB >= chosen.image.MinDiskGB {
			bigger = sold(s)
			break
		}
	}
	return sold(chosen.size), bigger, nil
}

func sold(s Size) providers.Size {
	return providers.Size{Name: s.Slug, MemoryMB: s.MemoryMB, Monthly: s.Monthly}
}
