package digitalocean

import "slipway/providers"

// Sensible is the region and the size of a deployment that asks for no size: the
// cheapest size that is big enough, in region, or in the first preferred region that
// sells one if region is empty. The error is a *providers.Usage for an unknown
// region, and a *providers.Refused if nothing is on sale.
func (c Catalog) Sensible(region string) (Region, Size, error) {
	image := Image{}
	for _, i := range c.Images {
		if i.Slug == defaultImage {
			image = i
		}
	}
	if region == "" {
		choice, err := c.anywhere(providers.Spec{}, image)
		return choice.region, choice.size, err
	}
	place, err := c.region(region)
	if err != nil {
		return Region{}, Size{}, err
	}
	size, err := c.size("", place, image)
	return place, size, err
}
