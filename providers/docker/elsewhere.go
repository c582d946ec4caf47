package docker

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"slipway/providers"
)

// forOthers is how the images for another platform are made, of 64-bit processors by Intel
// and AMD whatever this computer has.
var forOthers = ocispec.Platform{OS: "linux", Architecture: "amd64"}

// ImageElsewhere is an image in this computer's engine that another one is to run.
type ImageElsewhere struct {
	// Name is how the engine calls it.
	Name string
	// Command are the words with which it serves the app.
	Command []string
}

// BuildElsewhere builds a release's image, runs the app's test command in it, and removes
// the images of other releases. Of spec, only Name and Tag count.
func (p *Provider) BuildElsewhere(ctx context.Context, spec providers.Spec, app providers.App, report func(line string)) (ImageElsewhere, error) {
	spec = providers.Spec{Name: spec.Name, Tag: spec.Tag}
	if err := p.Check(ctx, spec); err != nil {
		return ImageElsewhere{}, err
	}
	d, err := p.open(spec)
	if err != nil {
		return ImageElsewhere{}, err
	}
	d.platforms = []ocispec.Platform{forOthers}
	wanted, err := settingsOf(spec, app)
	if err != nil {
		return ImageElsewhere{}, err
	}
	if err := d.build(ctx, app, wanted, report); err != nil {
		return ImageElsewhere{}, err
	}
	if err := d.forgetSteps(ctx); err != nil {
		return ImageElsewhere{}, err
	}
	if app.TestCommand != "" {
		report("run the test command")
		r := release{name: app.Release, settings: wanted, variables: app.Variables}
		tests := testJob(app.TestCommand)
		tests.alone = true
		if err := d.perform(ctx, r, tests, report); err != nil {
			return ImageElsewhere{}, err
		}
	}
	if err := d.keepOnly(ctx, app.Release); err != nil {
		return ImageElsewhere{}, err
	}
	return d.imageElsewhere(ctx, imageName(spec, app.Release))
}

// imageElsewhere looks at an image that was built for another engine.
func (d deployment) imageElsewhere(ctx context.Context, name string) (ImageElsewhere, error) {
	found, err := d.api.ImageInspect(ctx, name)
	if err != nil {
		return ImageElsewhere{}, d.failed("look at the image "+name, err)
	}
	if found.Architecture != forOthers.Architecture {
		return ImageElsewhere{}, &providers.Refused{
			Err:  fmt.Errorf("the Docker engine at %s made an image for %s processors, and %s is needed", shownHost(d.at.Host), found.Architecture, forOthers.Architecture),
			Next: "use an engine that can build for " + forOthers.Architecture + ", such as Docker Desktop, or set DOCKER_HOST to one on such a processor",
		}
	}
	i := ImageElsewhere{Name: name}
	if found.Config != nil {
		i.Command = append(append(i.Command, found.Config.Entrypoint...), found.Config.Cmd...)
	}
	return i, nil
}

// keepOnly removes the images of other releases than one, but for the steps of their
// builds.
func (d deployment) keepOnly(ctx context.Context, release string) error {
	names, _, err := d.images(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		tag := strings.TrimPrefix(name, d.spec.Tag+":")
		if tag == release || strings.HasPrefix(tag, newSteps) || strings.HasPrefix(tag, oldSteps) {
			continue
		}
		if err := d.removeImage(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// SaveImage writes an image as docker save does. Of spec, only Name and Tag count.
func (p *Provider) SaveImage(ctx context.Context, spec providers.Spec, image ImageElsewhere, w io.Writer) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	saved, err := d.api.ImageSave(ctx, []string{image.Name})
	if err != nil {
		return d.failed("read the image "+image.Name, err)
	}
	defer saved.Close()
	_, err = io.Copy(w, saved)
	return d.failed("read the image "+image.Name, err)
}

// ForgetImages removes what BuildElsewhere left in the engine. Of spec, only Name and Tag
// count.
func (p *Provider) ForgetImages(ctx context.Context, spec providers.Spec, report func(line string)) error {
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	names, nameless, err := d.images(ctx)
	if err != nil {
		return err
	}
	for _, name := range append(names, nameless...) {
		if err := d.removeImage(ctx, name); err != nil {
			return err
		}
		report("removed the image " + name + " from the Docker engine here")
	}
	return nil
}

// crossed are the platforms of a build whose image is for another processor than the
// engine's; none where they are the same.
func (d deployment) crossed(ctx context.Context) ([]ocispec.Platform, error) {
	if len(d.platforms) == 0 {
		return nil, nil
	}
	info, err := d.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return nil, d.failed("ask the engine about itself", err)
	}
	if a := info.Info.Architecture; a == "x86_64" || a == forOthers.Architecture {
		return nil, nil
	}
	return d.platforms, nil
}
