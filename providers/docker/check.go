package docker

import (
	"context"
	"fmt"
	"regexp"

	"github.com/moby/moby/client"
	"github.com/moby/moby/client/pkg/versions"

	"slipway/providers"
)

const (
	oldestAPI    = "1.41"
	oldestEngine = "20.10"
	// neededDisk is what an image of an app and its build take, in bytes.
	neededDisk = 1 << 30
)

// tagForm is what a tag must be, since images are named after it.
var tagForm = regexp.MustCompile(`^[a-z0-9]+(-+[a-z0-9]+)*$`)

// Check asks the engine whether it can run the app.
func (p *Provider) Check(ctx context.Context, spec providers.Spec) error {
	if err := checkSpec(spec); err != nil {
		return err
	}
	d, err := p.open(spec)
	if err != nil {
		return err
	}
	ping, err := d.api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	if err != nil {
		return d.failed("ask the engine for its version", err)
	}
	if versions.LessThan(ping.APIVersion, oldestAPI) {
		return &providers.Refused{
			Err:  fmt.Errorf("the Docker engine at %s is too old: its API is %s", shownHost(d.at.Host), ping.APIVersion),
			Next: "update it to " + oldestEngine + " or later",
		}
	}
	if ping.OSType != "linux" {
		return &providers.Refused{
			Err:  fmt.Errorf("the Docker engine at %s runs containers of %s, and the app takes Linux", shownHost(d.at.Host), ping.OSType),
			Next: `choose "Switch to Linux containers" in Docker Desktop's menu, then run the same command again`,
		}
	}
	info, err := d.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return d.failed("ask the engine about itself", err)
	}
	free, known := freeBytes(info.Info.DockerRootDir)
	if known && free < neededDisk {
		return &providers.Refused{
			Err: fmt.Errorf("the disk of the Docker engine (%s) has %d MB left, and an image of an app takes about %d",
				info.Info.DockerRootDir, free>>20, neededDisk>>20),
			Next: diskFull.next,
		}
	}
	return nil
}

// checkSpec checks spec alone.
func checkSpec(spec providers.Spec) error {
	if !tagForm.MatchString(spec.Tag) {
		return fmt.Errorf("the tag %q can't be the name of an image", spec.Tag)
	}
	if spec.Region != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("region %q makes no sense for Docker: the app runs on this computer", spec.Region),
			Next: "leave --region out",
		}
	}
	if spec.Image != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("image %q makes no sense for Docker: the image is made of the app", spec.Image),
			Next: "leave --image out; python in slipway.toml chooses the version of Python",
		}
	}
	_, err := memoryOf(spec.Size)
	return err
}
