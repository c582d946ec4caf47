package local

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// engine is one way of running a machine on this computer. It keeps nothing between
// runs: it finds the parts of a machine by their places, which are the layout.
type engine interface {
	// supported is nil if the engine can run a machine of that image here.
	supported(image string) error
	// tools are the packages that the engine needs here for that image.
	tools(image string) []tool
	// base is the base image with that name, or a *providers.Usage.
	base(image, cache string) (base, error)
	// patience is how long a machine on this computer may take for what it does.
	patience() patience
	// observe tells which parts of the machine exist.
	observe(ctx context.Context, l layout, r record) (observed, error)
	// remains lists what exists of the machine outside its folder, as paths.
	remains(l layout) ([]string, error)
	// start boots the machine over the base image. Nothing of it may be running.
	start(ctx context.Context, l layout, b boot) error
	// mend repairs the network of a machine that runs.
	mend(ctx context.Context, l layout, r record) error
	// stop shuts the machine down and removes everything of it but its folder.
	stop(ctx context.Context, l layout) error
	// clean kills the machine and removes everything of it but its folder.
	clean(ctx context.Context, l layout) error
}

// boot is what a machine is started with.
type boot struct {
	record record
	// seeded is called once the first boot's data is written, before the boot.
	seeded func() error
	// name, tag and userData are the first boot's cloud-init data.
	name, tag, userData string
}

// patience is how long a machine may take for what it does. On an emulated
// processor everything takes ten times as long.
type patience struct {
	// boot is how long it may take from power-on until sshd answers.
	boot time.Duration
	// greeting is how long a connection waits for sshd's first line.
	greeting time.Duration
	// powerOff is how long it may take to shut down.
	powerOff time.Duration
}

// quick is the patience with a machine that runs on a real processor.
var quick = patience{boot: 2 * time.Minute, greeting: lookLimit, powerOff: 20 * time.Second}

// chooseEngine returns the engine with that name; nspawn is the default. See
// Options.Baked for baked.
func chooseEngine(name string, baked []string) (engine, error) {
	switch name {
	case "", "nspawn":
		return nspawn{baked: baked}, nil
	case "qemu":
		return qemu{baked: baked}, nil
	}
	return nil, &providers.Usage{
		Err:  fmt.Errorf("there is no engine %q", name),
		Next: "leave --engine out, or give --engine nspawn or --engine qemu",
	}
}

// observed tells which parts of a machine exist.
type observed struct {
	// Running tells whether the guest, or the shell that boots it again when it
	// reboots, has processes.
	Running bool
	// Supervised tells whether that shell runs.
	Supervised bool
	// Mounted tells whether the machine's root file system is mounted where its
	// next reboot looks for it.
	Mounted bool
	// Namespace tells whether the machine's network namespace has its name.
	Namespace bool
	// Network tells whether the process that carries the machine's packets runs.
	Network bool
	// Forwards tells whether all of the machine's ports lead into it.
	Forwards bool
}

// treatment is what has to be done so that a machine is complete and running.
type treatment int

const (
	leaveAlone treatment = iota
	mendNetwork
	restart
	powerOn
)

// treat decides what has to be done. A guest of which only the network is broken
// goes on running; a guest that could not boot again has to be restarted now.
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
