package docker

import (
	"context"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"slipway/providers"
)

// Options are what a Provider is made with.
type Options struct {
	// Getenv reads the environment; it names the engine, as for the docker command.
	Getenv func(string) string
}

// Provider runs the app of one deployment in a Docker engine on this computer.
type Provider struct {
	getenv func(string) string
	api    *client.Client // made with the first use
	at     Endpoint
}

var _ providers.Platform = (*Provider)(nil)

// New returns the provider for one deployment. It asks no engine yet.
func New(o Options) *Provider { return &Provider{getenv: o.Getenv} }

// Name is what --provider calls it: "docker".
func (p *Provider) Name() string { return "docker" }

// Takes tells that it takes the context of an image's build.
func (p *Provider) Takes() providers.Form { return providers.AsImage }

// open finds the engine.
func (p *Provider) open(spec providers.Spec) (deployment, error) {
	if p.api == nil {
		at, err := Find(p.getenv)
		if err != nil {
			return deployment{}, err
		}
		api, err := open(at)
		if err != nil {
			return deployment{}, err
		}
		p.at, p.api = at, api
	}
	return deployment{api: p.api, at: p.at, spec: spec}, nil
}

// Resources lists the network of the deployment and the volume of its front, which says
// which release takes the traffic.
func (p *Provider) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{&wires{p: p, spec: spec}, &memory{p: p, spec: spec}}
}

// Deliveries lists the image of the release, the databases beside it, and the release
// itself.
func (p *Provider) Deliveries(spec providers.Spec, app providers.App) []providers.Resource {
	all := []providers.Resource{&image{p: p, spec: spec, app: app}}
	for _, kind := range app.Services {
		all = append(all, &service{p: p, spec: spec, kind: kind})
	}
	return append(all, &delivery{p: p, spec: spec, app: app})
}

// URL tells where the app answers: at port 80 of a loopback address of its own, or at a
// port of 127.0.0.1. It stays the same as long as the deployment is there.
func (p *Provider) URL(ctx context.Context, spec providers.Spec) (string, error) {
	d, err := p.open(spec)
	if err != nil {
		return "", err
	}
	front, found, err := d.inspect(ctx, frontName(spec))
	if err != nil {
		return "", err
	}
	names, err := d.upstream(ctx)
	if err != nil {
		return "", err
	}
	at, published := publishedBy(front)
	if !found || !published || len(names) == 0 {
		return "", providers.ErrNoApp
	}
	return at.url(), nil
}

// wires is the network of a deployment.
type wires struct {
	p    *Provider
	spec providers.Spec
}

func (*wires) Kind() string           { return "network" }
func (*wires) Title() string          { return "a network for the app's containers" }
func (*wires) Phase() providers.Phase { return providers.PhaseOther }

func (w *wires) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := w.p.open(w.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	list, err := d.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(w.spec)})
	if err != nil {
		return providers.Finding{}, d.failed("list the engine's networks", err)
	}
	if len(list.Items) == 0 {
		return providers.Finding{Changes: []providers.Change{{What: "make the network " + networkName(w.spec)}}}, nil
	}
	return providers.Finding{Holds: true, Detail: list.Items[0].Name, ID: list.Items[0].ID}, nil
}

func (w *wires) Make(ctx context.Context, _ func(line string)) error {
	d, err := w.p.open(w.spec)
	if err != nil {
		return err
	}
	_, err = d.api.NetworkCreate(ctx, networkName(w.spec), client.NetworkCreateOptions{Driver: "bridge", Labels: labels(w.spec)})
	if cerrdefs.IsConflict(err) { // the answer to an earlier request was lost
		return nil
	}
	return d.failed("make the network "+networkName(w.spec), err)
}

// memory is the volume in which the front finds which release takes the traffic.
type memory struct {
	p    *Provider
	spec providers.Spec
}

func (*memory) Kind() string           { return "front-volume" }
func (*memory) Title() string          { return "a volume that says which release visitors get" }
func (*memory) Phase() providers.Phase { return providers.PhaseOther }

func (m *memory) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := m.p.open(m.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	name := frontVolume(m.spec)
	found, err := d.api.VolumeInspect(ctx, name, client.VolumeInspectOptions{})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return providers.Finding{}, d.failed("look for the volume "+name, err)
	}
	if found.Volume.Labels[labelTag] != m.spec.Tag { // or there is none
		return providers.Finding{Changes: []providers.Change{{What: "make the volume " + name}}}, nil
	}
	return providers.Finding{Holds: true, Detail: name, ID: name}, nil
}

func (m *memory) Make(ctx context.Context, _ func(line string)) error {
	d, err := m.p.open(m.spec)
	if err != nil {
		return err
	}
	// The engine makes a volume of one name once.
	_, err = d.api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: frontVolume(m.spec), Labels: labels(m.spec)})
	return d.failed("make the volume "+frontVolume(m.spec), err)
}
