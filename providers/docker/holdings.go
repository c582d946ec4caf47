package docker

import (
	"context"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	api "github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"

	"slipway/providers"
)

// The kinds of holdings.
const (
	heldContainer = "container"
	heldNetwork   = "network"
	heldImage     = "image"
	heldVolume    = "volume"
)

// Holdings lists the containers, the network, the images and the volumes of the
// deployment, in the order in which Destroy removes them.
func (p *Provider) Holdings(ctx context.Context, spec providers.Spec) ([]providers.Holding, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	var all []providers.Holding
	containers, err := d.containers(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, c := range containers {
		all = append(all, providers.Holding{Kind: heldContainer, ID: nameOf(c), Detail: c.Labels[labelRole] + ", " + c.Status})
	}
	networks, err := d.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(spec)})
	if err != nil {
		return nil, d.failed("list the engine's networks", err)
	}
	for _, n := range networks.Items {
		all = append(all, providers.Holding{Kind: heldNetwork, ID: n.Name})
	}
	images, err := d.heldImages(ctx)
	if err != nil {
		return nil, err
	}
	volumes, err := d.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours(spec)})
	if err != nil {
		return nil, d.failed("list the engine's volumes", err)
	}
	all = append(all, images...)
	for _, v := range volumes.Items {
		all = append(all, providers.Holding{Kind: heldVolume, ID: v.Name, Detail: volumeDetail(spec, v.Name)})
	}
	return all, nil
}

// volumeDetail says what is in a volume.
func volumeDetail(spec providers.Spec, name string) string {
	switch {
	case name == frontVolume(spec):
		return "which releases took the traffic"
	case strings.HasPrefix(name, spec.Tag+"-service-"):
		return "the data of " + strings.TrimPrefix(name, spec.Tag+"-service-")
	case strings.HasPrefix(name, spec.Tag+"-data-"):
		return "data of the app"
	}
	return "scratch of a test"
}

// imageDetail says what an image is for.
func imageDetail(spec providers.Spec, name string) string {
	switch of := strings.TrimPrefix(name, spec.Tag+":"); {
	case name == frontImage(spec):
		return "what listens at the app's address"
	case strings.HasPrefix(of, newSteps), strings.HasPrefix(of, oldSteps):
		return "steps of a build, for the next one"
	default:
		return "release " + of
	}
}

// heldImages are all images of the deployment: those without a name first, since others
// are built on what has one.
func (d deployment) heldImages(ctx context.Context) ([]providers.Holding, error) {
	names, nameless, err := d.images(ctx)
	if err != nil {
		return nil, err
	}
	var all []providers.Holding
	for _, id := range nameless {
		all = append(all, providers.Holding{Kind: heldImage, ID: id, Detail: "a step of a build that ended early"})
	}
	for _, name := range names {
		all = append(all, providers.Holding{Kind: heldImage, ID: name, Detail: imageDetail(d.spec, name)})
	}
	return all, nil
}

// imagesOf finds a deployment's images among all of an engine: the names of those that
// have one, and the identifiers of those with its label that have none and on which
// nothing else is built.
func imagesOf(spec providers.Spec, all []api.Summary) (names, nameless []string) {
	parents := map[string]bool{}
	for _, i := range all {
		parents[i.ParentID] = true
	}
	for _, i := range all {
		for _, name := range i.RepoTags {
			if strings.HasPrefix(name, spec.Tag+":") {
				names = append(names, name)
			}
		}
		named := len(i.RepoTags) > 0 && i.RepoTags[0] != "<none>:<none>"
		if !named && !parents[i.ID] && i.Labels[labelTag] == spec.Tag {
			nameless = append(nameless, i.ID)
		}
	}
	slices.Sort(names)
	slices.Sort(nameless)
	return names, nameless
}

// Destroy removes what Holdings lists, the volumes last: they have the data. It can be
// called again, also if it ended early.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	held, err := p.Holdings(ctx, spec)
	if err != nil {
		return err
	}
	for _, h := range held {
		if err := d.destroy(ctx, h); err != nil {
			return err
		}
		report("removed the " + h.Kind + " " + h.ID)
	}
	return nil
}

// destroy removes one holding. What is gone is no error.
func (d deployment) destroy(ctx context.Context, h providers.Holding) error {
	var err error
	switch h.Kind {
	case heldContainer:
		return d.remove(ctx, h.ID)
	case heldImage:
		return d.removeImage(ctx, h.ID)
	case heldNetwork:
		_, err = d.api.NetworkRemove(ctx, h.ID, client.NetworkRemoveOptions{})
	case heldVolume:
		_, err = d.api.VolumeRemove(ctx, h.ID, client.VolumeRemoveOptions{})
	}
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return d.failed("remove the "+h.Kind+" "+h.ID, err)
}

// Namesakes lists the tags of other deployments of the same name in this engine.
func (p *Provider) Namesakes(ctx context.Context, spec providers.Spec) ([]string, error) {
	d, err := p.open(spec)
	if err != nil {
		return nil, err
	}
	named := client.Filters{}.Add("label", labelName+"="+spec.Name)
	list, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: named})
	if err != nil {
		return nil, d.failed("list the containers of deployments named "+spec.Name, err)
	}
	var tags []string
	for _, c := range list.Items {
		if tag := c.Labels[labelTag]; tag != "" && tag != spec.Tag && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags, nil
}
