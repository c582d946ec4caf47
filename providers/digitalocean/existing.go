package digitalocean

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// existing describes the droplet that was found, and what it still lacks.
func (r *dropletResource) existing(ctx context.Context) (providers.Finding, error) {
	d := r.found
	finding := providers.Finding{ID: strconv.Itoa(d.ID), Detail: fmt.Sprintf("droplet %d, %s in %s", d.ID, d.SizeSlug, regionOf(d))}
	finding.Notes = r.differences()
	lacks := lacking(d, r.spec.Tag)
	switch {
	case !r.p.fits(r.spec, d):
		to, err := r.p.target(ctx, r.spec, d)
		if err == nil {
			finding.Changes = []providers.Change{r.p.resizeChange(ctx, d, to)}
			return finding, nil
		}
		if lacks == "" {
			return finding, err
		}
	case lacks == "":
		finding.Holds = true
		finding.Detail += ", " + publicIPv4(d)
		return finding, nil
	}
	what := fmt.Sprintf("wait for droplet %d", d.ID)
	if d.Status == "off" {
		what = fmt.Sprintf("turn on droplet %d", d.ID)
	}
	finding.Changes = []providers.Change{{What: what, Why: lacks}}
	return finding, nil
}

// lacking says why a droplet can't be used yet; "" if it can. It needs its tag too:
// without the tag the firewall is not bound to the droplet.
func lacking(d *godo.Droplet, tag string) string {
	switch {
	case d.Status != "active":
		return "it is " + d.Status
	case publicIPv4(d) == "":
		return "it has no public IPv4 address yet"
	case !slices.Contains(d.Tags, tag):
		return "it does not bear the tag " + tag + " yet"
	}
	return ""
}

// differences are notes about what is asked for now and what the droplet was not
// made with.
func (r *dropletResource) differences() []string {
	var notes []string
	add := func(flag, want, have string) {
		if want != "" && have != "" && want != have {
			notes = append(notes, fmt.Sprintf("the droplet exists with %s; --%s %s needs a new droplet: destroy this one first", have, flag, want))
		}
	}
	add("region", r.spec.Region, regionOf(r.found))
	if have := r.found.SizeSlug; r.spec.Size != "" && r.spec.Size != have && wantedSize(r.spec, r.found) == have {
		notes = append(notes, fmt.Sprintf("the droplet is %s, and the last run asked for %s: --size %s changes it", have, r.spec.Size, r.spec.Size))
	}
	if r.found.Image != nil && r.found.Image.Slug != "" && strconv.Itoa(r.found.Image.ID) != r.spec.Image {
		add("image", r.spec.Image, r.found.Image.Slug)
	}
	return notes
}
