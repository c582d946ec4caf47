// Command cmd serves the simulated DigitalOcean, so that the slipway command can be
// tried with it:
//
//	go run ./providers/digitalocean/fakecloud/cmd --listen 127.0.0.1:8080 --machines --dir /tmp/cloud
//	DIGITALOCEAN_API_URL=http://127.0.0.1:8080 DIGITALOCEAN_TOKEN=x slipway --provider digitalocean …
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/simulation"
)

func main() { os.Exit(simulation.Main("fakecloud", run)) }

// settings are the command's flags.
type settings struct {
	listen, spaces, dir, cache string
	machines, limits           bool
	zones                      []string
	cloud                      fakecloud.Options
}

func parse(args []string) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("fakecloud", flag.ContinueOnError)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:0", "address to serve on")
	flags.StringVar(&s.spaces, "spaces", "", "address to serve Spaces on, for DIGITALOCEAN_SPACES_URL; empty: none")
	flags.StringVar(&s.dir, "dir", "", "folder that keeps the cloud's state and its machines; needed for --machines")
	flags.StringVar(&s.cache, "cache", defaultCache(), "folder for the machines' base images")
	flags.BoolVar(&s.machines, "machines", false, "boot a real local machine for each droplet")
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

func run(ctx context.Context, args []string) error {
	s, err := parse(args)
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
	if s.machines {
		m := &machines.Machines{Dir: s.dir, Cache: s.cache, Log: log.Printf, Reach: s.spaces}
		s.cloud.Boot, s.cloud.Stop, s.cloud.Halt, s.cloud.Lead = m.Boot, m.Stop, m.Halt, m.Lead
	}
	cloud, err := fakecloud.New(s.cloud)
	if err != nil {
		return err
	}
	defer cloud.Close()
	for _, z := range s.zones {
		cloud.AddDomain(z)
	}
	if s.spaces == "" {
		return simulation.Serve(ctx, s.listen, cloud)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	spaces := make(chan error, 1)
	go func() {
		defer cancel() // one without the other serves nobody
		spaces <- simulation.Serve(ctx, s.spaces, cloud.Spaces())
	}()
	err = simulation.Serve(ctx, s.listen, cloud)
	cancel()
	return errors.Join(err, <-spaces)
}
