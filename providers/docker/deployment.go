package docker

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"slipway/providers"
)

// deployment is one deployment in one engine.
type deployment struct {
	api  *client.Client
	at   Endpoint
	spec providers.Spec
	// platforms is what an image is built for; none is what the engine runs itself.
	platforms []ocispec.Platform
}

// failed says what could not be done in the engine, why and what to do next.
func (d deployment) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return explain(fmt.Errorf("%s: %w", what, err), d.at)
}

// containers are those of the deployment in a role, also those that do not run; an empty
// role is all. The newest is the first.
func (d deployment) containers(ctx context.Context, as role) ([]container.Summary, error) {
	filters := ours(d.spec)
	if as != "" {
		filters = filters.Add("label", labelRole+"="+string(as))
	}
	list, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filters})
	return list.Items, d.failed("list the deployment's containers", err)
}

// nameOf is a container's name.
func nameOf(c container.Summary) string {
	if len(c.Names) == 0 {
		return c.ID
	}
	return strings.TrimPrefix(c.Names[0], "/")
}

// inspect looks at a container by its name; there is false if it is not there, or is
// somebody else's.
func (d deployment) inspect(ctx context.Context, name string) (container.InspectResponse, bool, error) {
	found, err := d.api.ContainerInspect(ctx, name, client.ContainerInspectOptions{})
	if cerrdefs.IsNotFound(err) {
		return container.InspectResponse{}, false, nil
	}
	if err != nil {
		return container.InspectResponse{}, false, d.failed("look at the container "+name, err)
	}
	c := found.Container
	return c, c.Config != nil && c.Config.Labels[labelTag] == d.spec.Tag, nil
}

// remove ends a container at once and removes it with what it alone has. One that is
// gone already is no error.
func (d deployment) remove(ctx context.Context, name string) error {
	_, err := d.api.ContainerRemove(ctx, name, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if cerrdefs.IsNotFound(err) || err != nil && strings.Contains(err.Error(), "is already in progress") {
		return nil
	}
	return d.failed("remove the container "+name, err)
}

// retire lets a container end in good order, by its own signal and time, and removes it.
func (d deployment) retire(ctx context.Context, name string) error {
	_, err := d.api.ContainerStop(ctx, name, client.ContainerStopOptions{})
	if err != nil && !cerrdefs.IsNotFound(err) {
		return d.failed("stop the container "+name, err)
	}
	return d.remove(ctx, name)
}

// keptImage are the settings of a release whose image is there; found is false if it is
// not.
func (d deployment) keptImage(ctx context.Context, release string) (s settings, found bool, err error) {
	image, err := d.api.ImageInspect(ctx, imageName(d.spec, release))
	if cerrdefs.IsNotFound(err) {
		return settings{}, false, nil
	}
	if err != nil {
		return settings{}, false, d.failed("look at the image of release "+release, err)
	}
	if image.Config == nil || image.Config.Labels[labelTag] != d.spec.Tag {
		return settings{}, false, nil
	}
	s, err = readSettings(image.Config.Labels[labelApp])
	return s, err == nil, err
}

// current is the release that takes the traffic, with its variables; found is false if
// there is none.
func (d deployment) current(ctx context.Context) (r release, found bool, err error) {
	web, found, err := d.serving(ctx)
	if err != nil || !found {
		return release{}, false, err
	}
	r.name = web.Config.Labels[labelRelease]
	if r.settings, err = readSettings(web.Config.Labels[labelApp]); err != nil {
		return release{}, false, err
	}
	r.variables = ownVariables(web.Config.Env, web.Config.Labels[labelVariables])
	r.connections, err = d.connections(ctx, r.settings)
	return r, err == nil, err
}

// serving is the web container that visitors get: the first of the front's upstream, or
// the newest that runs if there is no front that says so.
func (d deployment) serving(ctx context.Context) (container.InspectResponse, bool, error) {
	names, err := d.upstream(ctx)
	if err != nil {
		return container.InspectResponse{}, false, err
	}
	if len(names) == 0 {
		web, err := d.containers(ctx, roleWeb)
		if err != nil {
			return container.InspectResponse{}, false, err
		}
		_, fronted, err := d.inspect(ctx, frontName(d.spec))
		running := slices.IndexFunc(web, func(c container.Summary) bool { return c.State == container.StateRunning })
		if err != nil || fronted || running < 0 {
			return container.InspectResponse{}, false, err
		}
		names = []string{nameOf(web[running])}
	}
	for _, name := range names {
		if web, found, err := d.inspect(ctx, name); err != nil || found {
			return web, found, err
		}
	}
	return container.InspectResponse{}, false, nil
}

// read reads a file of a container, of its volumes too. A file that is not there is
// empty. It works with containers that do not run.
func (d deployment) read(ctx context.Context, name, path string, limit int64) (string, error) {
	got, err := d.api.CopyFromContainer(ctx, name, client.CopyFromContainerOptions{SourcePath: path})
	if cerrdefs.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", d.failed("read "+path+" of the container "+name, err)
	}
	defer got.Content.Close()
	archive := tar.NewReader(got.Content)
	if _, err := archive.Next(); errors.Is(err, io.EOF) {
		return "", nil
	} else if err != nil {
		return "", d.failed("read "+path+" of the container "+name, err)
	}
	text, err := io.ReadAll(io.LimitReader(archive, limit))
	return string(text), d.failed("read "+path+" of the container "+name, err)
}
