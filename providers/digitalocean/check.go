package digitalocean

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// longestUserData is how many bytes of user data a create call accepts.
const longestUserData = 64 << 10

// Check asks whether the account would allow what spec asks for: its status, its
// limits, what the token may read, and whether region, size and image are on sale.
// It makes only GET calls, so it does not notice a token that may read but not
// create: the first create call is refused then.
func (p *Provider) Check(ctx context.Context, spec providers.Spec) error {
	if err := checkTag(spec.Tag); err != nil {
		return err
	}
	if err := checkUserData(spec.UserData); err != nil {
		return err
	}
	owner, warning, err := p.api.Standing(ctx)
	if err != nil {
		return err
	}
	p.warning = warning
	for _, check := range []func(context.Context, providers.Spec) error{p.checkReads, p.checkOptions} {
		if err := check(ctx, spec); err != nil {
			return err
		}
	}
	existing, err := p.droplets(ctx, spec, time.Time{})
	if err != nil {
		return err
	}
	if err := p.checkReservedIP(ctx, owner, existing); err != nil {
		return err
	}
	if len(existing) > 0 { // it needs no room, and what it is need not be on sale
		return p.checkResize(ctx, spec, &existing[0])
	}
	if err := p.checkRoom(ctx, owner); err != nil {
		return err
	}
	_, err = p.choose(ctx, spec)
	return err
}

func checkUserData(data string) error {
	next := "report this as a bug of Slipway"
	if len(data) > longestUserData {
		return &providers.Usage{Err: fmt.Errorf("the first-boot configuration has %d bytes, and DigitalOcean accepts %d", len(data), longestUserData), Next: next}
	}
	if first, _, _ := strings.Cut(data, "\n"); data != "" && first != "#cloud-config" {
		return &providers.Usage{Err: fmt.Errorf("the first line of the first-boot configuration is not exactly #cloud-config"), Next: next}
	}
	return nil
}

// checkReads makes the kinds of calls that read, so that a missing scope is noticed
// before anything is made.
func (p *Provider) checkReads(ctx context.Context, spec providers.Spec) error {
	if _, err := p.key(ctx, spec); err != nil {
		return err
	}
	if _, err := p.tag(ctx, spec.Tag); err != nil {
		return err
	}
	if _, err := p.firewall(ctx, spec); err != nil {
		return err
	}
	// Action 1 is not this account's, so 404 is right; 403 means a missing scope.
	_, _, err := p.api.Actions.Get(ctx, 1)
	if err = p.api.Plain(err); rest.Status(err) == http.StatusForbidden {
		return p.api.Failed("ask about actions", err)
	}
	return nil
}

// checkOptions looks whether what the options name exists and may be read.
func (p *Provider) checkOptions(ctx context.Context, spec providers.Spec) error {
	if p.options.Project != "" {
		if _, err := p.project(ctx); err != nil {
			return err
		}
	}
	if p.options.Spaces != (Bucket{}) {
		if _, err := p.ownSpacesKeys(ctx, spec.Tag); err != nil {
			return err
		}
	}
	if len(p.options.Domains) > 0 {
		if _, err := p.api.ZoneOf(ctx, p.options.Domains[0]); err != nil {
			return err
		}
	}
	return p.checkVPC(ctx, spec)
}

func (p *Provider) checkVPC(ctx context.Context, spec providers.Spec) error {
	if p.options.VPC == "" {
		return nil
	}
	vpc, err := p.vpc(ctx)
	if err != nil {
		return err
	}
	if spec.Region == "" || vpc.RegionSlug == spec.Region {
		return nil
	}
	return &providers.Usage{
		Err:  fmt.Errorf("the VPC %s is in %s, the droplet would be in %s", vpc.Name, vpc.RegionSlug, spec.Region),
		Next: "use --region " + vpc.RegionSlug + ", or another VPC",
	}
}

// vpc is the private network of the options.
func (p *Provider) vpc(ctx context.Context) (*godo.VPC, error) {
	vpc, err := account.Whole(p.api.VPCs.Get(ctx, p.options.VPC))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return nil, &providers.Usage{
			Err: fmt.Errorf("the account has no VPC %s", p.options.VPC), Next: "list them with: doctl vpcs list",
		}
	}
	return vpc, p.api.Failed("look for the VPC", err)
}

// checkReservedIP refuses a reserved IP if the account has as many as its limit allows.
func (p *Provider) checkReservedIP(ctx context.Context, owner *godo.Account, existing []godo.Droplet) error {
	if p.options.ReservedIP != providers.On {
		return nil
	}
	all, err := p.allReservedIPs(ctx)
	limit := cmp.Or(owner.ReservedIPLimit, owner.FloatingIPLimit)
	if err != nil || limit == 0 || len(all) < limit {
		return err
	}
	if slices.ContainsFunc(all, func(ip godo.ReservedIP) bool { return ip.Droplet != nil && known(existing, ip.Droplet.ID) }) {
		return nil
	}
	return &providers.Refused{
		Err:  fmt.Errorf("the account has %d reserved IPs and may have no more than %d", len(all), limit),
		Next: "release one that is not needed (doctl compute reserved-ip list shows them), or deploy without --reserved-ip",
	}
}

// checkRoom refuses if the account has as many droplets as its limit allows.
func (p *Provider) checkRoom(ctx context.Context, owner *godo.Account) error {
	_, response, err := p.api.Droplets.List(ctx, &godo.ListOptions{PerPage: 1})
	if err = p.api.Failed("count the droplets", p.api.Plain(err)); err != nil {
		return err
	}
	if response.Meta == nil || response.Meta.Total < owner.DropletLimit {
		return nil
	}
	return &providers.Refused{
		Err:  fmt.Errorf("the account has %d droplets and may have no more than %d", response.Meta.Total, owner.DropletLimit),
		Next: "remove a droplet that is not needed, or ask for a higher limit at " + account.LimitPage,
	}
}
