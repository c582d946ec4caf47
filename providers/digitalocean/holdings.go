package digitalocean

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
)

// Holdings lists what exists for the deployment, with its price a month: what Destroy
// would remove. A key that was in the account before is not among it.
func (p *Provider) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	w, err := p.inventory(ctx, spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Holding
	for _, k := range w.keys {
		all = append(all, providers.Holding{Kind: "ssh-key", ID: k.Fingerprint, Detail: k.Name})
	}
	if w.tag != nil {
		all = append(all, providers.Holding{Kind: "tag", ID: w.tag.Name})
	}
	if w.firewall != nil {
		all = append(all, providers.Holding{Kind: "cloud-firewall", ID: w.firewall.ID, Detail: w.firewall.Name})
	}
	for _, d := range w.droplets {
		all = append(all, providers.Holding{
			Kind: "droplet", ID: strconv.Itoa(d.ID), Monthly: monthlyOf(&d),
			Detail: fmt.Sprintf("%s in %s, %s, %s", d.SizeSlug, regionOf(&d), d.Status, publicIPv4(&d)) + withBackups(&d),
		})
	}
	for _, k := range w.spacesKeys {
		all = append(all, providers.Holding{Kind: "spaces-key", ID: k.AccessKey, Detail: k.Name})
	}
	for _, r := range w.reserved {
		all = append(all, providers.Holding{Kind: "reserved-ip", ID: r.IP, Detail: "free while the droplet has it"})
	}
	for _, r := range w.records {
		all = append(all, providers.Holding{Kind: "dns-record", ID: strconv.Itoa(r.ID), Detail: fmt.Sprintf("%s %s → %s", r.Type, r.domain, r.Data)})
	}
	return all, nil
}

// withBackups says that the droplet's price has its backups in it.
func withBackups(d *godo.Droplet) string {
	if backedUp(d) {
		return ", with weekly backups"
	}
	return ""
}

// inventory is everything that exists for a deployment.
type inventory struct {
	keys     []godo.Key
	tag      *godo.Tag
	firewall *godo.Firewall
	droplets []godo.Droplet
	// reserved are the reserved IPs that Destroy releases; foreign ones were assigned
	// to the droplet by somebody else and stay.
	reserved, foreign []godo.ReservedIP
	records           []ownRecord
	spacesKeys        []*godo.SpacesKey
}

func (p *Provider) inventory(ctx context.Context, spec providers.Spec) (*inventory, error) {
	w := &inventory{}
	var err error
	if w.droplets, err = p.droplets(ctx, spec, time.Time{}); err != nil {
		return nil, err
	}
	if err = p.reservedOf(ctx, spec, w); err != nil {
		return nil, err
	}
	if w.records, err = p.ownRecords(ctx, w.addresses()); err != nil {
		return nil, err
	}
	if w.firewall, err = p.firewall(ctx, spec); err != nil {
		return nil, err
	}
	if w.keys, err = p.ownKeys(ctx, spec); err != nil {
		return nil, err
	}
	if w.spacesKeys, err = p.ownSpacesKeys(ctx, spec.Tag); err != nil {
		return nil, err
	}
	w.tag, err = p.tag(ctx, spec.Tag)
	return w, err
}

// ownSpacesKeys are the deployment's Spaces keys. Without a bucket nothing is asked: the
// token need not have the right to.
func (p *Provider) ownSpacesKeys(ctx context.Context, tag string) ([]*godo.SpacesKey, error) {
	if !p.usesSpaces() {
		return nil, nil
	}
	scoped, err := p.spacesKeys(ctx, scopedName(tag))
	if err != nil {
		return nil, err
	}
	passing, err := p.spacesKeys(ctx, passingName(tag))
	return append(scoped, passing...), err
}

func (p *Provider) reservedOf(ctx context.Context, spec providers.Spec, w *inventory) error {
	asksForIt := p.options.ReservedIP == providers.On
	recorded := spec.Known[reservedIPKind] != "" || !spec.Asked[reservedIPKind].IsZero()
	for _, d := range w.droplets {
		held, err := p.reservedIPs(ctx, d.ID)
		// Where the deployment has none they are only listed to say what stays, so a token
		// that may not read reserved IPs is no reason to stop.
		if err != nil && (asksForIt || recorded) {
			return err
		}
		for _, ip := range held {
			if asksForIt || ownsReserved(spec, ip.IP) {
				w.reserved = append(w.reserved, ip)
			} else {
				w.foreign = append(w.foreign, ip)
			}
		}
	}
	return nil
}

// addresses are all addresses that DNS records of the deployment may point at.
func (w *inventory) addresses() map[string]bool {
	at := map[string]bool{}
	for _, d := range w.droplets {
		at[publicIPv4(&d)], at[publicIPv6(&d)] = true, true
	}
	for _, r := range append(w.reserved, w.foreign...) {
		at[r.IP] = true
	}
	delete(at, "")
	return at
}
