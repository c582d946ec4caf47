package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	builder "github.com/moby/moby/api/types/build"
	"github.com/moby/moby/client"

	"slipway/providers"
)

// image is the image of a release, as a step.
type image struct {
	p    *Provider
	spec providers.Spec
	app  providers.App
}

func (*image) Kind() string           { return "image" }
func (*image) Title() string          { return "an image of the app" }
func (*image) Phase() providers.Phase { return providers.PhasePip }

// Look tells whether the engine has the release's image, made for the same settings.
func (i *image) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	d, err := i.p.open(i.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	name := imageName(i.spec, i.app.Release)
	kept, found, err := d.keptImage(ctx, i.app.Release)
	if err != nil {
		return providers.Finding{}, err
	}
	change := providers.Change{What: "build the image " + name}
	if found && i.app.Archive != nil {
		wanted, err := settingsOf(i.spec, i.app)
		if err != nil {
			return providers.Finding{}, err
		}
		if found = kept.text() == wanted.text(); !found {
			change.Why = "the release is to run otherwise"
		}
	}
	if !found {
		return providers.Finding{Changes: []providers.Change{change}}, nil
	}
	return providers.Finding{Holds: true, Detail: name, ID: name}, nil
}

// Make builds the image. Its steps stay in the engine for the next build.
//
// It is the classic builder, also where there is BuildKit: BuildKit tells what a step
// printed only in a form that takes its whole client.
func (i *image) Make(ctx context.Context, report func(line string)) error {
	d, err := i.p.open(i.spec)
	if err != nil {
		return err
	}
	wanted, err := settingsOf(i.spec, i.app)
	if err != nil {
		return err
	}
	if i.app.Archive == nil {
		return fmt.Errorf("the source of release %s is not on this computer", i.app.Release)
	}
	if err := d.build(ctx, i.app, wanted, report); err != nil {
		return err
	}
	return d.forgetSteps(ctx)
}

// The names of images that a build leaves behind, by the number of its stage: what is
// being built now, and what the build before left.
const (
	newSteps = "steps-"
	oldSteps = "former-steps-"
)

// build builds a release's image.
func (d deployment) build(ctx context.Context, app providers.App, s settings, report func(line string)) error {
	if err := d.setStepsAside(ctx); err != nil {
		return err
	}
	platforms, err := d.crossed(ctx)
	if err != nil {
		return err
	}
	mine := labels(d.spec)
	maps.Copy(mine, map[string]string{labelRelease: app.Release, labelApp: s.text()})
	source, sink := io.Pipe()
	go func() { sink.CloseWithError(d.labelled(sink, app.Archive)) }()
	// Ends the archive's writer too if the engine reads no more.
	defer source.CloseWithError(errors.New("the build has ended"))
	built, err := d.api.ImageBuild(ctx, source, client.ImageBuildOptions{
		Tags: []string{imageName(d.spec, app.Release)}, Labels: mine, Remove: true, ForceRemove: true, Version: builder.BuilderV1, Platforms: platforms,
	})
	if err != nil {
		return d.failed("build the image", err)
	}
	defer built.Body.Close()
	steps := &stepTags{name: func(stage int, id string) {
		// What matters is the image; a step without a name only is not there for the next build.
		_, _ = d.api.ImageTag(ctx, client.ImageTagOptions{Source: id, Target: fmt.Sprintf("%s:%s%d", d.spec.Tag, newSteps, stage)})
	}}
	if err := followBuild(io.TeeReader(built.Body, steps), d.at, report); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if steps.stage > 0 { // the last stage is the image itself
		_, err = d.api.ImageRemove(ctx, fmt.Sprintf("%s:%s%d", d.spec.Tag, newSteps, steps.stage), client.ImageRemoveOptions{PruneChildren: true})
		if err != nil && !cerrdefs.IsNotFound(err) {
			return d.failed("remove the name of a build's last step", err)
		}
	}
	return nil
}

// stepTags gives the newest step of each stage of a build a name: what has none is taken
// for the rest of a build that was ended. It is written what the engine tells of the
// build.
type stepTags struct {
	name  func(stage int, id string)
	stage int // 1 is the first
	own   bool
	begun []byte
}

var (
	stageBegins = regexp.MustCompile(`"stream":"Step \d+/\d+ : FROM `)
	stepEnds    = regexp.MustCompile(`"stream":" ---(?:\\u003e|>) ([0-9a-f]{12})\\n"`)
)

func (s *stepTags) Write(p []byte) (int, error) {
	s.begun = append(s.begun, p...)
	for {
		line, rest, ended := strings.Cut(string(s.begun), "\n")
		if !ended {
			return len(p), nil
		}
		s.begun = []byte(rest)
		if stageBegins.MatchString(line) {
			s.stage++
			s.own = false // what it begins with is an official image or another stage
			continue
		}
		step := stepEnds.FindStringSubmatch(line)
		if step != nil && s.own {
			s.name(s.stage, step[1])
		}
		s.own = s.own || step != nil
	}
}

// setStepsAside keeps what the build before left under another name, until what is built
// now has taken over what is the same.
func (d deployment) setStepsAside(ctx context.Context) error {
	names, _, err := d.images(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		stage, is := strings.CutPrefix(name, d.spec.Tag+":"+newSteps)
		if !is {
			continue
		}
		if _, err := d.api.ImageTag(ctx, client.ImageTagOptions{Source: name, Target: d.spec.Tag + ":" + oldSteps + stage}); err != nil {
			return d.failed("name the steps of the build before", err)
		}
	}
	return nil
}

// forgetSteps removes the steps of former builds, also of those that were ended, but for
// those that others build on.
func (d deployment) forgetSteps(ctx context.Context) error {
	names, nameless, err := d.images(ctx)
	if err != nil {
		return err
	}
	former := slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, d.spec.Tag+":"+oldSteps) })
	for _, name := range append(nameless, former...) {
		if err := d.removeImage(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// images are all of the deployment: the names of those that have one, and the identifiers
// of those that have none and on which nothing is built.
func (d deployment) images(ctx context.Context) (names, nameless []string, err error) {
	list, err := d.api.ImageList(ctx, client.ImageListOptions{All: true})
	names, nameless = imagesOf(d.spec, list.Items)
	return names, nameless, d.failed("list the engine's images", err)
}

// removeImage removes a name of an image, or an image by its identifier, and what only
// it was built on.
func (d deployment) removeImage(ctx context.Context, name string) error {
	_, err := d.api.ImageRemove(ctx, name, client.ImageRemoveOptions{PruneChildren: true})
	if cerrdefs.IsNotFound(err) {
		return nil
	}
	return d.failed("remove the image "+name, err)
}
