package appplatform

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"slipway/providers"
	"slipway/providers/docker"
)

// imageMaker makes the image of a release.
type imageMaker interface {
	// make builds it. The image can be read until done is called.
	make(ctx context.Context, spec providers.Spec, app providers.App, report func(line string)) (image v1.Image, done func(), err error)
	// forget removes what make left on this computer.
	forget(ctx context.Context, spec providers.Spec, report func(line string)) error
	// check tells whether images can be made.
	check(ctx context.Context, spec providers.Spec) error
}

// engine is a Docker engine.
type engine struct{ *docker.Provider }

func (e engine) check(ctx context.Context, spec providers.Spec) error {
	return e.Check(ctx, providers.Spec{Name: spec.Name, Tag: spec.Tag})
}

func (e engine) make(ctx context.Context, spec providers.Spec, app providers.App, report func(line string)) (v1.Image, func(), error) {
	built, err := e.BuildElsewhere(ctx, spec, app, report)
	if err != nil {
		return nil, nil, err
	}
	saved, err := os.CreateTemp("", "slipway-image-*.tar")
	if err != nil {
		return nil, nil, fmt.Errorf("save the image: %w", err)
	}
	done := func() { _ = os.Remove(saved.Name()) } // it is of no use any more
	err = e.SaveImage(ctx, spec, built, saved)
	if err = errors.Join(err, saved.Close()); err != nil {
		done()
		return nil, nil, err
	}
	image, err := tarball.ImageFromPath(saved.Name(), nil)
	if err != nil {
		done()
		return nil, nil, fmt.Errorf("read the image that the Docker engine saved: %w", err)
	}
	return image, done, nil
}

func (e engine) forget(ctx context.Context, spec providers.Spec, report func(line string)) error {
	return e.ForgetImages(ctx, spec, report)
}

// imageDelivery is the image of a release in the account's registry.
type imageDelivery struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (*imageDelivery) Kind() string           { return "image" }
func (*imageDelivery) Title() string          { return "an image of the app in the container registry" }
func (*imageDelivery) Phase() providers.Phase { return providers.PhasePip }

// Look tells whether the registry has the release's image.
func (d *imageDelivery) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	name := AppName(d.spec.Name, d.spec.Tag) + ":" + d.app.Release
	missing := providers.Finding{Changes: []providers.Change{{What: "build the image " + name + " with the Docker engine here and push it to the registry"}}}
	registry, err := d.p.registry(ctx)
	if err != nil || registry == nil {
		return missing, err
	}
	s, err := d.p.store(ctx, d.spec, false)
	if err != nil {
		return providers.Finding{}, err
	}
	image, err := s.image(d.app.Release)
	if err != nil || image == nil {
		return missing, err
	}
	return providers.Finding{Holds: true, ID: d.app.Release, Detail: s.tag(d.app.Release).Name()}, nil
}

// Make builds the image and pushes it.
func (d *imageDelivery) Make(ctx context.Context, report func(line string)) error {
	if d.app.Archive == nil {
		return &providers.Usage{Err: fmt.Errorf("the source of release %s is not on this computer", d.app.Release), Next: "run the command in the app's folder"}
	}
	image, done, err := d.p.images.make(ctx, d.spec, d.app, report)
	if err != nil {
		return err
	}
	defer done()
	s, err := d.p.store(ctx, d.spec, true)
	if err != nil {
		return err
	}
	report("push the image to " + s.tag(d.app.Release).Name())
	return s.push(image, d.app.Release, report)
}
