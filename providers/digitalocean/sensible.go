package digitalocean

import "slipway/providers"

// Sensible is what a deployment gets that asks for no size: the cheapest that
// is big enough in region, or in the first of the preferred regions if region
// is empty.
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
