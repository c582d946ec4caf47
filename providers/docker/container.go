package docker

import (
	"context"
	"maps"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

const (
	// webPort is where the app listens in its container, and the front in its own.
	webPort = "8000"
	// pidsLimit is how many processes and threads a container may have.
	pidsLimit = 512
	// What the engine keeps of what a container prints.
	logSize, logFiles = "10m", "3"
)

// container is a container of a release, in its role; all of them run alike. process is
// the name of a process, and "" for other roles. words are the command; without any it is
// the image's own, which serves the app.
func (d deployment) container(r release, as role, process string, words ...string) client.ContainerCreateOptions {
	mine := labels(d.spec)
	maps.Copy(mine, map[string]string{
		labelRole: string(as), labelProcess: process, labelRelease: r.name, labelApp: r.text(), labelVariables: r.names(),
	})
	stop := r.stopSeconds()
	config := &container.Config{
		Image: imageName(d.spec, r.name), Env: r.environment(), Labels: mine, StopTimeout: &stop,
		// As the entry point, words replace the image's entry point and command both.
		Entrypoint: words,
	}
	if as != roleWeb { // the image's health check asks the web app
		config.Healthcheck = noHealthcheck()
	}
	host := confined(r.Memory)
	host.NetworkMode = container.NetworkMode(networkName(d.spec))
	host.Mounts = d.mounts(r.Data)
	return client.ContainerCreateOptions{Config: config, HostConfig: host}
}

// confined are the limits that the app's containers run in.
func confined(memory int64) *container.HostConfig {
	limit, init := int64(pidsLimit), true
	return &container.HostConfig{
		ReadonlyRootfs: true,
		CapDrop:        []string{"ALL"},
		SecurityOpt:    []string{"no-new-privileges"},
		Init:           &init,
		Tmpfs:          map[string]string{"/tmp": "mode=1777", "/run": "mode=1777", "/var/tmp": "mode=1777"},
		LogConfig:      logs(),
		Resources:      container.Resources{Memory: memory, MemorySwap: memory, PidsLimit: &limit},
	}
}

func logs() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": logSize, "max-file": logFiles}}
}

func noHealthcheck() *container.HealthConfig { return &container.HealthConfig{Test: []string{"NONE"}} }

// mounts are the volumes of an app's data. The engine fills a new one with what the image
// has in that folder.
func (d deployment) mounts(data []string) []mount.Mount {
	var all []mount.Mount
	for _, path := range data {
		all = append(all, mount.Mount{
			Type: mount.TypeVolume, Source: dataVolume(d.spec, path), Target: path,
			VolumeOptions: &mount.VolumeOptions{Labels: labels(d.spec)},
		})
	}
	return all
}

// scratch are the same folders for a container that must not see the app's data: each
// has what the image brings, and goes with the container.
func (d deployment) scratch(data []string) []mount.Mount {
	all := d.mounts(data)
	for i := range all {
		all[i].Source = ""
	}
	return all
}

// keepRunning is the policy of containers that are to come back after a crash and with
// the engine.
func keepRunning() container.RestartPolicy {
	return container.RestartPolicy{Name: container.RestartPolicyUnlessStopped}
}

// start makes a container with a name and starts it.
func (d deployment) start(ctx context.Context, name string, options client.ContainerCreateOptions) (string, error) {
	options.Name = name
	if options.HostConfig.NetworkMode != "" {
		options.NetworkingConfig = &network.NetworkingConfig{
			EndpointsConfig: map[string]*network.EndpointSettings{networkName(d.spec): {}},
		}
	}
	made, err := d.api.ContainerCreate(ctx, options)
	if err != nil {
		return "", d.failed("make the container "+name, err)
	}
	if _, err := d.api.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		return made.ID, d.failed("start the container "+name, err)
	}
	return made.ID, nil
}
