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

// clockSkew is how much this computer's clock may differ from DigitalOcean's.
const clockSkew = time.Hour

// kindDroplet is the kind of the server, in events and on record.
const kindDroplet = "droplet"

// dropletResource is the server itself. found is what the last Look found, and
// looked tells whether there was one since the last create call.
type dropletResource struct {
	p      *Provider
	spec   providers.Spec
	looked bool
	found  *godo.Droplet
}

func (r *dropletResource) Kind() string           { return kindDroplet }
func (r *dropletResource) Title() string          { return "a droplet at DigitalOcean" }
func (r *dropletResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the droplet by its tag, and by its name as long as the tag does not show:
// the name is made of the tag and is as unique. With asked it looks for as long as
// look-ups may lag behind before it says that there is no droplet. That time does
// not start at asked: a computer that was asleep may have sent the call later.
func (r *dropletResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	var all []godo.Droplet
	find := func(ctx context.Context) (bool, error) {
		var err error
		all, err = r.p.droplets(ctx, r.spec, asked)
		return len(all) > 0, err
	}
	var err error
	if asked.IsZero() {
		_, err = find(ctx)
	} else {
		_, err = r.p.api.Pace.UntilFound(ctx, find)
	}
	if err != nil {
		return providers.Finding{}, err
	}
	r.looked, r.found = true, nil
	if len(all) == 0 {
		found, err := r.missing(ctx)
		return r.withWarning(found), err
	}
	r.found = &all[0]
	found, err := r.existing(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	found.Notes = append(found.Notes, twinNotes(all)...)
	return r.withWarning(found), nil
}

func (r *dropletResource) withWarning(f providers.Finding) providers.Finding {
	if r.p.warning != "" {
		f.Notes = append(f.Notes, r.p.warning)
	}
	return f
}

// missing describes the droplet that would be made, with its price.
func (r *dropletResource) missing(ctx context.Context) (providers.Finding, error) {
	c, err := r.p.choose(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	return providers.Finding{Changes: []providers.Change{{
		What: fmt.Sprintf("create droplet %s in %s with %s", c.size.Slug, c.region.Slug, c.image.Slug),
		Why:  fmt.Sprintf("%d MB of memory, %d GB of disk; monitoring and IPv6 on", c.size.MemoryMB, c.size.DiskGB),
		// DigitalOcean bills by the second, up to the month's price.
		Monthly: c.size.Monthly, Hourly: c.size.Hourly,
	}}}, nil
}

// twinNotes are notes about every droplet of the deployment but the first.
func twinNotes(all []godo.Droplet) []string {
	var notes []string
	for _, d := range all[1:] {
		notes = append(notes, fmt.Sprintf(
			"droplet %d has this deployment's tag too, is not used, and costs %s; droplet %d was made first and is used. To remove the other one: doctl compute droplet delete %d",
			d.ID, providers.AMonth(monthlyOf(&d)), all[0].ID, d.ID))
	}
	return notes
}

// Make creates the droplet if the last Look found none, gives one that is there the size
// that was asked for, and waits until it is active
// and has a public address and its tag, and by its tag the firewall. The create call
// is sent once. If its answer is lost, Make finds out whether it made a droplet.
func (r *dropletResource) Make(ctx context.Context, report func(string)) error {
	if !r.looked {
		if _, err := r.Look(ctx, time.Time{}); err != nil {
			return err
		}
	}
	if r.found != nil {
		if err := r.p.resize(ctx, r.spec, r.found, report); err != nil {
			return err
		}
		return r.p.ready(ctx, r.spec, r.found.ID, 0, report)
	}
	id, action, err := r.create(ctx, report)
	if err != nil {
		return err
	}
	r.p.made = id
	report(fmt.Sprintf("droplet %d is being made", id))
	return r.p.ready(ctx, r.spec, id, action, report)
}

// create returns the droplet's number and, if known, its create action's.
func (r *dropletResource) create(ctx context.Context, report func(string)) (id, action int, err error) {
	request, err := r.request(ctx)
	if err != nil {
		return 0, 0, err
	}
	asked := r.p.api.Pace.Clock.Now()
	d, response, err := r.p.api.Droplets.Create(ctx, request)
	// From here on this resource must not create again without another Look.
	r.looked = false
	err = r.p.api.Plain(err)
	switch {
	case err == nil && d != nil && d.ID != 0:
		return d.ID, createAction(response), nil
	case err == nil:
		err = errors.New("the API's answer does not name a droplet")
	case ctx.Err() != nil:
		return 0, 0, r.p.api.Failed("create the droplet (the next run finds out whether it exists)", ctx.Err())
	case !rest.IsUncertain(err):
		return 0, 0, r.p.api.Failed("create the droplet", err)
	}
	report("the answer to the create call was lost: looking for the droplet")
	id, lookErr := r.made(ctx, asked)
	if lookErr != nil {
		return 0, 0, lookErr
	}
	if id == 0 {
		return 0, 0, rest.NothingMade("the droplet", err)
	}
	return id, 0, nil
}

// made finds the droplet of a create call whose answer was lost; 0 is none.
func (r *dropletResource) made(ctx context.Context, asked time.Time) (id int, err error) {
	_, err = r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		all, err := r.p.droplets(ctx, r.spec, asked)
		if err != nil || len(all) == 0 {
			return false, err
		}
		id = all[0].ID
		return true, nil
	})
	return id, err
}

func (r *dropletResource) request(ctx context.Context) (*godo.DropletCreateRequest, error) {
	c, err := r.p.choose(ctx, r.spec)
	if err != nil {
		return nil, err
	}
	keyPrint, err := fingerprint(r.spec.AuthorizedKey)
	if err != nil {
		return nil, err
	}
	image := godo.DropletCreateImage{Slug: c.image.Slug}
	if number, err := strconv.Atoi(c.image.Slug); err == nil {
		image = godo.DropletCreateImage{ID: number}
	}
	var policy *godo.DropletBackupPolicyRequest
	backups := r.p.options.Backups == providers.On
	if backups {
		policy = weekly()
	}
	return &godo.DropletCreateRequest{
		Name: uniqueName(r.spec.Tag), Region: c.region.Slug, Size: c.size.Slug, Image: image,
		SSHKeys: []godo.DropletCreateSSHKey{{Fingerprint: keyPrint}}, UserData: r.spec.UserData,
		Tags: []string{r.spec.Tag, commonTag}, VPCUUID: r.p.options.VPC,
		Monitoring: true, IPv6: true, Backups: backups, BackupPolicy: policy,
	}, nil
}

func createAction(response *godo.Response) int {
	if response == nil || response.Links == nil {
		return 0
	}
	for _, a := range response.Links.Actions {
		if a.Rel == "create" {
			return a.ID
		}
	}
	return 0
}

// droplets finds the deployment's droplets, the oldest first: those with the tag,
// those with its unique name whose tag does not show yet, and the one that this
// Provider made or an earlier run saw. asked is when a create call was about to be
// sent, if that is known.
func (p *Provider) droplets(ctx context.Context, spec providers.Spec, asked time.Time) ([]godo.Droplet, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	tagged, err := account.EveryPage(ctx, p.api, "look for the droplet by its tag", func(ctx context.Context, n int) ([]godo.Droplet, *godo.Response, error) {
		return p.api.Droplets.ListByTag(ctx, spec.Tag, account.FullPage(n))
	})
	if err != nil {
		return nil, err
	}
	named, err := account.EveryPage(ctx, p.api, "look for the droplet by its name", func(ctx context.Context, n int) ([]godo.Droplet, *godo.Response, error) {
		return p.api.Droplets.ListByName(ctx, uniqueName(spec.Tag), account.FullPage(n))
	})
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(tagged, func(d godo.Droplet) bool { return !slices.Contains(d.Tags, spec.Tag) })
	for _, d := range named {
		if known(found, d.ID) || !strings.EqualFold(d.Name, uniqueName(spec.Tag)) {
			continue
		}
		if err := plausible(&d, spec, asked); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	for _, id := range []int{p.made, knownDroplet(spec)} {
		if id == 0 || known(found, id) {
			continue
		}
		if found, err = p.withNumber(ctx, spec, found, id); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b godo.Droplet) int {
		if a.Created != b.Created {
			return strings.Compare(a.Created, b.Created)
		}
		return a.ID - b.ID
	})
	return found, err
}

func known(list []godo.Droplet, id int) bool {
	return slices.ContainsFunc(list, func(d godo.Droplet) bool { return d.ID == id })
}

// knownDroplet is the number of the droplet that an earlier run saw; 0 is none.
func knownDroplet(spec providers.Spec) int {
	id, err := strconv.Atoi(spec.Known[kindDroplet])
	if err != nil {
		return 0
	}
	return id
}

// withNumber adds a droplet that this Provider made or an earlier run saw and that no
// list has yet. Its tag or its unique name must show that it is the deployment's.
func (p *Provider) withNumber(ctx context.Context, spec providers.Spec, found []godo.Droplet, id int) ([]godo.Droplet, error) {
	d, err := account.Whole(p.api.Droplets.Get(ctx, id))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return found, nil
	}
	if err != nil {
		return found, p.api.Failed("look for the droplet by its number", err)
	}
	if id != p.made && !hasTag(d, spec.Tag) && !strings.EqualFold(d.Name, uniqueName(spec.Tag)) {
		return found, nil
	}
	return append(found, *d), nil
}

// plausible refuses a droplet that has the deployment's name but not its tag, and
// that was made before it was asked for. It can't be adopted, and with a second
// droplet of that name nobody could tell them apart.
func plausible(d *godo.Droplet, spec providers.Spec, asked time.Time) error {
	// A time that can't be read is the zero time, which is too old.
	created, _ := time.Parse(time.RFC3339, d.Created)
	if asked.IsZero() || created.After(asked.Add(-clockSkew)) {
		return nil
	}
	return &providers.Refused{
		Err: fmt.Errorf("droplet %d has this deployment's name, %s, but not its tag, and was made at %s, before this deployment asked for one",
			d.ID, d.Name, d.Created),
		Next: fmt.Sprintf("if it is this deployment's: doctl compute droplet tag %d --tag-name %s; if not, rename it", d.ID, spec.Tag),
	}
}

func publicIPv4(d *godo.Droplet) string {
	ip, err := d.PublicIPv4() // an error means that it has no networks yet
	if err != nil {
		return ""
	}
	return ip
}

func publicIPv6(d *godo.Droplet) string {
	ip, err := d.PublicIPv6()
	if err != nil {
		return ""
	}
	return ip
}

func regionOf(d *godo.Droplet) string {
	if d.Region == nil {
		return ""
	}
	return d.Region.Slug
}

// monthlyOf is what the droplet costs with its backups.
func monthlyOf(d *godo.Droplet) float64 {
	if d.Size == nil {
		return 0
	}
	price := d.Size.PriceMonthly
	if backedUp(d) {
		price *= 1 + backupShare
	}
	return cents(price)
}
