package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/clusters"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/digitalocean/fakecloud/platform"
	"slipway/providers/docker/dockertest"
	"slipway/providers/simulation"
)

// startEngine starts a Docker engine with what runs on it. end ends all of that.
func (s *settings) startEngine(ctx context.Context, m *machines.Machines) (end func() error, err error) {
	engine, err := dockertest.Launch(ctx, dockertest.Options{Images: s.images, Report: func(line string) { log.Print(line) }})
	if err != nil {
		return nil, err
	}
	s.host = engine.Host
	ends := []func() error{engine.Close}
	end = func() (err error) {
		for _, e := range slices.Backward(ends) {
			err = errors.Join(err, e())
		}
		return err
	}
	if s.databases {
		databases, err := clusters.New(ctx, clusters.Options{Engine: engine, Opened: m.Reachable, Closed: m.Unreachable, Log: log.Printf})
		if err != nil {
			return nil, errors.Join(err, end())
		}
		s.cloud.Databases, ends = databases, append(ends, databases.Close)
	}
	if s.apps {
		apps, err := platform.New(platform.Options{Client: engine.Client, Registry: s.registry, Log: log.Printf})
		if err != nil {
			return nil, errors.Join(err, end())
		}
		s.cloud.Apps, s.cloud.LiveURL, ends = apps, apps.LiveURL, append(ends, apps.Close)
	}
	return end, nil
}

// serve serves the cloud's parts, each at its own address, until one ends or the command
// beside them does.
func (s *settings) serve(ctx context.Context, cloud *fakecloud.Cloud) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var all error
	var running sync.WaitGroup
	begin := func(part func() error) {
		running.Go(func() {
			defer cancel() // one without the others serves nobody
			err := part()
			mu.Lock()
			defer mu.Unlock()
			all = errors.Join(all, err)
		})
	}
	for address, handler := range map[string]http.Handler{s.listen: cloud, s.spaces: cloud.Spaces(), s.registry: cloud.Registry()} {
		if address != "" {
			begin(func() error { return simulation.Serve(ctx, address, handler) })
		}
	}
	if len(s.beside) > 0 {
		begin(func() error { return s.runBeside(ctx) })
	}
	running.Wait()
	return all
}

// runBeside runs the command that was named behind the flags.
func (s *settings) runBeside(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, s.beside[0], s.beside[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+s.host)
	for name, address := range map[string]string{
		"DIGITALOCEAN_API_URL": s.listen, "DIGITALOCEAN_SPACES_URL": s.spaces, "DIGITALOCEAN_REGISTRY_URL": s.registry,
	} {
		if address != "" {
			cmd.Env = append(cmd.Env, name+"=http://"+address)
		}
	}
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: %w", s.beside[0], err)
	}
	return nil
}
