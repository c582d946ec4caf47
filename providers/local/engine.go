package local

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// engine is one way of having a machine on this computer. Nothing that it
// needs is remembered between runs: it finds what there is by the layout.
type engine interface {
	// supported is nil if the engine can have a machine of that image here.
	supported(image string) error
	// tools are the packages that the engine needs here for that image.
	tools(image string) []tool
	// base is what --image calls so, or a *providers.Usage.
	base(image, cache string) (base, error)
	// patience is how long a machine may take here for what it does itself.
	patience() patience
	// observe tells which parts of the machine exist.
	observe(ctx context.Context, l layout, r record) (observed, error)
	// remains names what the engine holds for the machine outside its folder.
	remains(l layout) ([]string, error)
	// start boots the machine over the base image; nothing of it may run.
	start(ctx context.Context, l layout, b boot) error
	// mend repairs what observe found broken around a machine that runs.
	mend(ctx context.Context, l layout, r record) error
	// stop powers the machine off in good order and removes all that ran.
	stop(ctx context.Context, l layout) error
	// clean kills what runs of the machine and removes it, disk excepted.
	clean(ctx context.Context, l layout) error
}

// boot is what a machine is started with.
type boot struct {
	record record
	// seeded is called between the writing of the seed and the first boot.
	seeded func() error
	// name, userData: the first boot's cloud-init data.
	name, tag, userData string
}

// patience is how long a machine may take for what it does by itself: on an
// emulated processor everything takes ten times as long.
type patience struct {
	// boot is how long it may take from power-on until sshd answers.
	boot time.Duration
	// greeting is how long a connection waits for sshd's first line.
	greeting time.Duration
	// powerOff is how long it may take to power off in good order.
	powerOff time.Duration
}

// quick is the patience with a machine that runs on a real processor.
var quick = patience{boot: 2 * time.Minute, greeting: lookLimit, powerOff: 20 * time.Second}

// chooseEngine returns the engine of that name; nspawn is the default. See
// Options for baked.
func chooseEngine(name string, baked []string) (engine, error) {
	switch name {
	case "", "nspawn":
		return nspawn{}, nil
	case "qemu":
		return qemu{baked: baked}, nil
	}
	return nil, &providers.Usage{
		Err:  fmt.Errorf("there is no engine %q", name),
		Next: "leave --engine out, or give --engine nspawn or --engine qemu",
	}
}

// observed is which parts of a machine exist.
type observed struct {
	// Running: the guest, or what restarts it when it reboots, has processes.
	Running bool
	// Supervised: what restarts the guest when it reboots lives.
	Supervised bool
	// Mounted: its root file system is mounted where the guest's next reboot
	// will look for it.
	Mounted bool
	// Namespace: its network namespace has its name.
	Namespace bool
	// Network: the process that carries its packets lives.
	Network bool
	// Forwards: its address answers on all of its ports.
	Forwards bool
}

// treatment is what brings a machine from what was observed to whole.
type treatment int

const (
	leaveAlone treatment = iota
	mendNetwork
	restart
	powerOn
)

// treat decides what o needs. A guest whose network alone is broken goes on
// running; one that could not be booted again must be restarted.
func treat(o observed) treatment {
	switch {
	case !o.Running:
		return powerOn
	case !o.Supervised || !o.Mounted || !o.Namespace:
		return restart
	case !o.Network || !o.Forwards:
		return mendNetwork
	}
	return leaveAlone
}
