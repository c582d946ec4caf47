// Package digitalocean is the provider of servers on DigitalOcean: it makes an SSH
// key, a tag, a cloud firewall and a droplet, and on request a reserved IP, a place
// in a project and DNS records.
//
// A deployment never has two droplets, and none that nobody knows of. Everything
// bears the deployment's tag; what the API can't tag (keys, firewalls) has the tag
// in its name. A create call is sent once and never repeated: if its answer is
// lost, the provider looks for what the call made, for as long as the API's
// look-ups may lag behind. Calls that only read, or that end the same however often
// they are sent, are repeated.
//
// The firewall exists before the droplet, so the droplet is never reachable without
// it. Destroy removes only what bears the tag, and says what it leaves and what
// that costs.
//
// The token is sent to the API's own address only, and is in no error, log or
// String. Every error says what was asked for, why it failed as far as that is
// known, and what to do next. The engine in steps calls this package through
// providers.Provider; the faces read the Catalog to offer regions and sizes.
package digitalocean

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

// Options are what a Provider is made with. Server, Holdings and Destroy need the
// same Backups, Project, ReservedIP and Domains as the run that deployed.
type Options struct {
	// Options are how the account is reached; printed, they leave the token out.
	account.Options
	// ActiveWithin is how long a droplet may take until it is active with a
	// public address, and how long a destroy may take; 0 is 10 minutes.
	ActiveWithin time.Duration
	// Backups turns weekly backups on, at a fifth of the droplet's price, or off, which
	// deletes those that there are.
	Backups providers.Switch
	// GrowDisk lets the disk grow with the droplet's size, which can't be undone.
	GrowDisk bool
	// VPC is the UUID of the private network; empty is the region's default.
	VPC string
	// Project is the name or UUID of the project that the droplet is put in;
	// empty leaves it in the account's default project.
	Project string
	// ReservedIP asks for an address that can outlive the droplet, or gives it back.
	// Destroy releases the one that the droplet holds only if this is On, or if it is on
	// record.
	ReservedIP providers.Switch
	// Domains are the names that are to point at the server. A name whose zone is
	// not at DigitalOcean is not changed; a note says so.
	Domains []string
	// Spaces is the bucket for backups; the zero value is none. It needs Dir.
	Spaces Bucket
	// SpacesURL is where Spaces answers; empty is the real one of the bucket's region.
	// It is as APIURL is.
	SpacesURL string
	// Dir is the deployment's folder on this computer, which may not exist yet: the
	// secret of the bucket's key is kept there.
	Dir string
}

// Provider deploys to one DigitalOcean account. It implements providers.Provider.
type Provider struct {
	options Options
	api     *account.Account
	// made is the number of the droplet that this value made; 0 if it made none.
	made int
	// warning is DigitalOcean's warning about the account; mostly empty.
	warning string
	// catalog is the answer to the first call of Catalog.
	catalog *Catalog
}

var (
	_ providers.Provider     = (*Provider)(nil)
	_ providers.BackupKeeper = (*Provider)(nil)
	_ providers.Sharer       = (*Provider)(nil)
)

// New prepares a provider; it does not call the API. A missing token is a
// *providers.Refused, a URL that can't be used a *providers.Usage.
func New(o Options) (*Provider, error) {
	a, err := account.Open(o.Options)
	if err != nil {
		return nil, err
	}
	o.Token = "" // only the account has it from here on
	o.ActiveWithin = cmp.Or(o.ActiveWithin, 10*time.Minute)
	return &Provider{options: o, api: a}, nil
}

// Name is what --provider calls it: "digitalocean".
func (p *Provider) Name() string { return "digitalocean" }

// String leaves the token out.
func (p *Provider) String() string { return "digitalocean at " + p.api.BaseURL.Host }

// GoString leaves the token out.
func (p *Provider) GoString() string { return p.String() }

// LogValue leaves the token out.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Resources lists what a server needs here, in the order in which it is made. The
// firewall is bound to the tag before a droplet bears it, so the droplet is never
// reachable without it.
func (p *Provider) Resources(spec providers.Spec) []providers.Resource {
	all := []providers.Resource{
		&keyResource{p: p, spec: spec},
		&tagResource{p: p, spec: spec},
		&firewallResource{p: p, spec: spec},
		&dropletResource{p: p, spec: spec},
	}
	if p.options.Backups != providers.Unsaid {
		all = append(all, &backupsResource{p: p, spec: spec})
	}
	if p.options.ReservedIP == providers.On {
		all = append(all, &reservedIPResource{p: p, spec: spec})
	}
	if p.options.Project != "" {
		all = append(all, &projectResource{p: p, spec: spec})
	}
	if p.options.Spaces != (Bucket{}) {
		all = append(all, &bucketResource{p: p, spec: spec}, &spacesKeyResource{p: p, spec: spec})
	}
	for _, name := range p.options.Domains {
		all = append(all, &recordsResource{p: p, spec: spec, domain: strings.ToLower(strings.TrimSuffix(name, "."))})
	}
	if p.options.ReservedIP == providers.Off {
		all = append(all, &returnedIP{p: p, spec: spec})
	}
	return all
}

// Server tells where the droplet's sshd answers: at its reserved IP if it has one
// and ReservedIP is set, else at its public IPv4 address.
func (p *Provider) Server(ctx context.Context, spec providers.Spec) (providers.Server, error) {
	address, err := p.address(ctx, spec)
	if err != nil {
		return providers.Server{}, err
	}
	return providers.Server{Address: address.ipv4, Direct: address.direct, Port: 22, User: "root"}, nil
}

// addresses are those of a server, and the number of its droplet; ipv6 may be empty.
// direct is the droplet's own IPv4 address where ipv4 is a reserved one, and else empty.
type addresses struct {
	ipv4, ipv6, direct string
	droplet            int
}

// address finds the server's addresses. The error wraps ErrNoServer if there is no
// server, or none with an address yet.
func (p *Provider) address(ctx context.Context, spec providers.Spec) (addresses, error) {
	found, err := p.droplets(ctx, spec, time.Time{})
	if err != nil {
		return addresses{}, err
	}
	if len(found) == 0 {
		return addresses{}, providers.ErrNoServer
	}
	d := found[0]
	at := addresses{ipv4: publicIPv4(&d), ipv6: publicIPv6(&d), droplet: d.ID}
	if d.Status == "new" || at.ipv4 == "" {
		return addresses{}, fmt.Errorf("%w yet: droplet %d is %s and has no public address", providers.ErrNoServer, d.ID, d.Status)
	}
	if p.options.ReservedIP != providers.On {
		return at, nil
	}
	reserved, err := p.reservedIPs(ctx, d.ID)
	if err != nil {
		return addresses{}, err
	}
	if len(reserved) > 0 {
		at.direct, at.ipv4 = at.ipv4, reserved[0].IP
	}
	return at, nil
}

var (
	tagPattern = regexp.MustCompile(`^[a-zA-Z0-9_:-]{1,255}$`)
	notInNames = regexp.MustCompile(`[^a-zA-Z0-9-]+`)
)

// checkTag refuses a tag that the API does not accept. An empty tag in a query would
// match every droplet of the account, so every look-up checks the tag first.
func checkTag(tag string) error {
	if tagPattern.MatchString(tag) {
		return nil
	}
	return &providers.Usage{
		Err:  fmt.Errorf("the tag %q can't be used at DigitalOcean: it must be 1 to 255 letters, digits, dashes, colons and underscores", tag),
		Next: "give the deployment another name with --name",
	}
}

// uniqueName is the tag as a host name, for everything that has a name. If the tag
// can't be a host name, a digest of it is part of the name, so that no two tags
// have the same name.
func uniqueName(tag string) string {
	const longest = 63 // a host name's label
	name := strings.Trim(notInNames.ReplaceAllString(tag, "-"), "-")
	if name == tag && len(name) > 1 && len(name) <= longest && name == strings.ToLower(name) {
		return name
	}
	sum := sha256.Sum256([]byte(tag))
	digest := hex.EncodeToString(sum[:6])
	name = strings.ToLower(name)
	name = strings.Trim(name[:min(len(name), longest-len(digest)-1)], "-")
	if name == "" {
		return "slipway-" + digest
	}
	return name + "-" + digest
}
