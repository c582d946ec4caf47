// Command cmd serves the simulated DigitalOcean, so that the slipway command can be
// tried with it:
//
//	go run ./providers/digitalocean/fakecloud/cmd --listen 127.0.0.1:8080 --machines --dir /tmp/cloud
//	DIGITALOCEAN_API_URL=http://127.0.0.1:8080 DIGITALOCEAN_TOKEN=x slipway --provider digitalocean …
//
// A command behind the flags runs beside the cloud, has the cloud's addresses in its
// environment, and ends it when it ends.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/docker/dockertest"
	"slipway/providers/simulation"
)

func main() {
	serve := func() int { return simulation.Main("fakecloud", run) }
	if s, err := parse(os.Args[1:], io.Discard); err == nil && s.engine() {
		os.Exit(dockertest.Inside(serve))
	}
	os.Exit(serve())
}

// settings are the command's flags.
type settings struct {
	listen, spaces, registry, dir, cache string
	machines, databases, apps, limits    bool
	zones, images                        []string
	cloud                                fakecloud.Options
	// beside are the words of a command that runs for as long as the cloud does.
	beside []string
	// host is the DOCKER_HOST of the engine, if there is one.
	host string
}

// engine tells whether a Docker engine is needed.
func (s *settings) engine() bool { return s.databases || s.apps }

func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("fakecloud", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:0", "address to serve on")
	flags.StringVar(&s.spaces, "spaces", "", "address to serve Spaces on, for DIGITALOCEAN_SPACES_URL; empty: none")
	flags.StringVar(&s.registry, "registry", "", "address to serve the container registry on, for DIGITALOCEAN_REGISTRY_URL; empty: none")
	flags.StringVar(&s.dir, "dir", "", "folder that keeps the cloud's state and its machines; needed for --machines")
	flags.StringVar(&s.cache, "cache", defaultCache(), "folder for the machines' base images")
	flags.BoolVar(&s.machines, "machines", false, "boot a real local machine for each droplet")
	flags.BoolVar(&s.databases, "databases", false, "run a real database for each managed one, on a Docker engine of its own; they last as long as this command, and only the command that is named behind the flags reaches the cloud")
	flags.BoolVar(&s.apps, "apps", false, "run the apps of App Platform as containers behind HAProxy, on the same engine; needs --registry")
	flags.Func("image", "an official image that the engine has to build on, repeatable; with --apps it has python:3.13-slim", func(name string) error {
		s.images = append(s.images, name)
		return nil
	})
	flags.BoolVar(&s.limits, "limits", false, "limit calls as the real API does")
	flags.StringVar(&s.cloud.Token, "token", "", "the only token to accept; empty accepts all")
	flags.DurationVar(&s.cloud.BootTime, "boot-time", 3*time.Second, "how long a create takes without --machines")
	flags.DurationVar(&s.cloud.ActionTime, "action-time", 2*time.Second, "how long it takes to turn a droplet off or on without --machines; a resize takes three times as long")
	flags.DurationVar(&s.cloud.Faults.TagLag, "lag", 0, "how long a new droplet's tags don't show")
	flags.Func("fault", "something that goes wrong, NAME or NAME=VALUE, repeatable: "+strings.Join(fakecloud.FaultNames(), ", "), s.cloud.Faults.SetFault)
	flags.Func("zone", "a domain whose zone is in the account, repeatable", func(name string) error {
		s.zones = append(s.zones, name)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if s.machines && s.dir == "" {
		return nil, errors.New("--machines needs a folder to keep them in: add --dir")
	}
	if s.apps && s.registry == "" {
		return nil, errors.New("--apps takes its images from the account's registry: add --registry with an address for it, such as 127.0.0.1:8082")
	}
	if s.apps {
		s.images = append(s.images, "python:3.13-slim")
	}
	s.beside = flags.Args()
	if s.engine() && len(s.beside) == 0 {
		return nil, errors.New("with --databases or --apps the cloud has a network of its own: name the command that runs in it behind the flags, such as bash")
	}
	if s.limits {
		s.cloud.Limits = fakecloud.RealLimits
	}
	return s, nil
}

func defaultCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "slipway")
}

func run(ctx context.Context, args []string) (err error) {
	s, err := parse(args, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.dir != "" {
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			return err
		}
		s.cloud.StateFile = filepath.Join(s.dir, "cloud.json")
	}
	m := &machines.Machines{Dir: s.dir, Cache: s.cache, Log: log.Printf}
	if s.machines {
		if s.spaces != "" {
			m.Reachable(s.spaces)
		}
		s.cloud.Boot, s.cloud.Stop, s.cloud.Halt, s.cloud.Lead = m.Boot, m.Stop, m.Halt, m.Lead
	}
	if s.engine() {
		end, err := s.startEngine(ctx, m)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	cloud, err := fakecloud.New(s.cloud)
	if err != nil {
		return err
	}
	defer cloud.Close()
	for _, z := range s.zones {
		cloud.AddDomain(z)
	}
	return s.serve(ctx, cloud)
}
