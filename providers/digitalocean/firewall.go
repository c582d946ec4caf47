package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

var errNotShown = errors.New("the API accepted it, but does not show it")

// everywhere is every address, of IPv4 and IPv6.
var everywhere = []string{"0.0.0.0/0", "::/0"}

// firewallResource is the cloud firewall. It is bound to the tag and not to a
// droplet, so that it can exist before the droplet does.
type firewallResource struct {
	p     *Provider
	spec  providers.Spec
	found *godo.Firewall
}

// Kind tells it from the firewall on the server itself.
func (r *firewallResource) Kind() string           { return "cloud-firewall" }
func (r *firewallResource) Title() string          { return "a cloud firewall" }
func (r *firewallResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the firewall by name and tag and compares its rules. A name can be used
// once in an account, so a second create call can't make a second firewall: the time
// of an earlier one is not needed.
func (r *firewallResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	found, err := r.p.firewall(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	r.found = found
	ports := "TCP " + portList(r.spec.Ports)
	if len(r.spec.UDPPorts) > 0 {
		ports += " and UDP " + portList(r.spec.UDPPorts)
	}
	switch {
	case found == nil:
		return providers.Finding{Changes: []providers.Change{{
			What: fmt.Sprintf("create firewall %s open for %s", uniqueName(r.spec.Tag), ports),
			Why:  "all other ports are closed to the world from the droplet's first second",
		}}}, nil
	case !sameRules(found, r.wanted()):
		return providers.Finding{Changes: []providers.Change{{
			What: fmt.Sprintf("set firewall %s to %s", found.Name, ports), Why: "its rules or tags differ",
		}}}, nil
	case found.Status == "failed":
		return providers.Finding{Changes: []providers.Change{{
			What: "set firewall " + found.Name + " again", Why: "DigitalOcean could not apply it",
		}}}, nil
	}
	return providers.Finding{Holds: true, Detail: ports}, nil
}

// Make creates the firewall or corrects its rules.
func (r *firewallResource) Make(ctx context.Context, report func(string)) error {
	if r.found == nil {
		found, err := r.p.firewall(ctx, r.spec)
		if err != nil {
			return err
		}
		r.found = found
	}
	if r.found != nil {
		_, _, err := r.p.api.Firewalls.Update(ctx, r.found.ID, r.wanted())
		if err = r.p.api.Failed("set the firewall's rules", r.p.api.Plain(err)); err != nil {
			return err
		}
		return r.applied(ctx, report)
	}
	doing := "create the firewall"
	_, _, err := r.p.api.Firewalls.Create(ctx, r.wanted())
	err = r.p.api.Plain(err)
	if err != nil && !rest.IsUncertain(err) && !isDuplicate(err) {
		return r.p.api.Failed(doing, err)
	}
	if ctx.Err() != nil {
		return r.p.api.Failed(doing, ctx.Err())
	}
	return r.appeared(ctx, report, err)
}

// appeared waits until the firewall shows. created is the error of the create call.
func (r *firewallResource) appeared(ctx context.Context, report func(string), created error) error {
	found, err := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		f, err := r.p.firewall(ctx, r.spec)
		return f != nil, err
	})
	if err != nil {
		return err
	}
	if !found && isDuplicate(created) {
		return &providers.Refused{
			Err:  fmt.Errorf("create the firewall: another one has its name, %s, without this deployment's tag: %w", uniqueName(r.spec.Tag), created),
			Next: "rename or remove that firewall at https://cloud.digitalocean.com/networking/firewalls",
		}
	}
	if !found {
		if created == nil {
			created = errNotShown
		}
		return rest.NothingMade("the firewall", created)
	}
	return r.applied(ctx, report)
}

// applied waits until the rules are in force.
func (r *firewallResource) applied(ctx context.Context, report func(string)) error {
	w := rest.Wait{What: "the firewall to be applied", Within: 2 * time.Minute, Next: rest.Again, Report: report}
	return r.p.api.Pace.Until(ctx, w, func(ctx context.Context) (bool, string, error) {
		f, err := r.p.firewall(ctx, r.spec)
		switch {
		case err != nil:
			return false, "", err
		case f == nil:
			return false, "it does not show", nil
		case f.Status == "failed":
			return false, "", &providers.Failed{
				Err:  fmt.Errorf("DigitalOcean could not apply the firewall %s (%s)", f.Name, f.ID),
				Next: rest.Again,
			}
		}
		return f.Status == "succeeded", "it is " + f.Status, nil
	})
}

func (r *firewallResource) wanted() *godo.FirewallRequest {
	request := &godo.FirewallRequest{
		Name: uniqueName(r.spec.Tag), Tags: []string{r.spec.Tag}, DropletIDs: []int{},
		OutboundRules: []godo.OutboundRule{
			{Protocol: "tcp", PortRange: "0", Destinations: &godo.Destinations{Addresses: everywhere}},
			{Protocol: "udp", PortRange: "0", Destinations: &godo.Destinations{Addresses: everywhere}},
			// The API takes ICMP only without ports.
			{Protocol: "icmp", Destinations: &godo.Destinations{Addresses: everywhere}},
		},
		InboundRules: []godo.InboundRule{},
	}
	let := func(protocol string, ports []int) {
		for _, port := range sortedPorts(ports) {
			request.InboundRules = append(request.InboundRules, godo.InboundRule{
				Protocol: protocol, PortRange: strconv.Itoa(port), Sources: &godo.Sources{Addresses: everywhere},
			})
		}
	}
	let("tcp", r.spec.Ports)
	let("udp", r.spec.UDPPorts)
	return request
}

// sameRules compares the rules, in any order, and looks for the tag.
func sameRules(f *godo.Firewall, want *godo.FirewallRequest) bool {
	have := &godo.FirewallRequest{InboundRules: f.InboundRules, OutboundRules: f.OutboundRules}
	return slices.Equal(ruleLines(have), ruleLines(want)) && slices.Contains(f.Tags, want.Tags[0])
}

func ruleLines(f *godo.FirewallRequest) []string {
	var lines []string
	for _, rule := range f.InboundRules {
		from := rule.Sources
		if from == nil {
			from = &godo.Sources{}
		}
		lines = append(lines, fmt.Sprint("in ", rule.Protocol, ports(rule.PortRange), sorted(from.Addresses), from.Tags, from.DropletIDs, from.LoadBalancerUIDs))
	}
	for _, rule := range f.OutboundRules {
		to := rule.Destinations
		if to == nil {
			to = &godo.Destinations{}
		}
		lines = append(lines, fmt.Sprint("out ", rule.Protocol, ports(rule.PortRange), sorted(to.Addresses), to.Tags, to.DropletIDs, to.LoadBalancerUIDs))
	}
	return sorted(lines)
}

// ports is a range of ports; all ways to write "all ports" become "0".
func ports(r string) string {
	switch r {
	case "", "all", "1-65535":
		return "0"
	}
	return r
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

func sortedPorts(list []int) []int { return slices.Compact(slices.Sorted(slices.Values(list))) }

func portList(list []int) string {
	var words []string
	for _, port := range sortedPorts(list) {
		words = append(words, strconv.Itoa(port))
	}
	return strings.Join(words, ", ")
}

// firewall finds the deployment's firewall, which has its name and is bound to its
// tag; nil is none.
func (p *Provider) firewall(ctx context.Context, spec providers.Spec) (*godo.Firewall, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	all, err := account.EveryPage(ctx, p.api, "list the firewalls", func(ctx context.Context, n int) ([]godo.Firewall, *godo.Response, error) {
		return p.api.Firewalls.List(ctx, account.FullPage(n))
	})
	for _, f := range all {
		if f.Name == uniqueName(spec.Tag) && slices.Contains(f.Tags, spec.Tag) {
			return &f, nil
		}
	}
	return nil, err
}
