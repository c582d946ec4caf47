// Package local is the provider of machines on this computer: real Debian machines
// with systemd, sshd and cloud-init, each at a loopback address of its own with the
// ports 22, 80 and 443. They cost nothing and behave like a rented server: with
// the engine nspawn as far as a container can, with the engine qemu with a kernel
// of their own.
//
// What is installed on a rented server is installed on such a machine too: its base
// image has only what a stock cloud image of Debian has. It has no way to this
// computer's loopback addresses, and sees nothing of the operator's environment.
//
// A machine's record is on disk before anything of it is started, and everything of
// it is named after the deployment's tag. So a later run or a destroy finds what
// there is, however the run before it ended: killed, or with the whole computer.
// Nothing of a machine is left after Destroy but the base image, which other
// machines may use.
//
// The engine in steps calls this package through providers.Provider; tests and the
// simulated cloud boot their machines with it too.
package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"slipway/providers"
)

// Options are what a Provider is made with.
type Options struct {
	// Engine is "nspawn", which is the default, or "qemu".
	Engine string
	// Dir is the deployment's own folder, which need not exist yet; the
	// machine's disk goes into its subfolder "machine".
	Dir string
	// Cache is the folder of the base images, which all deployments share.
	Cache string
	// Baked are more Debian packages for the base image. A rented server has none
	// of them; but trials that are about something else need not install them
	// again and again, which takes an emulated processor minutes.
	Baked []string
}

// Provider makes the machine of one deployment on this computer. It implements
// providers.Provider and providers.Consoler.
type Provider struct {
	engine engine
	dir    string
	cache  string
}

var (
	_ providers.Provider = (*Provider)(nil)
	_ providers.Consoler = (*Provider)(nil)
)

// New returns the provider for one deployment. It looks only at its options; an
// unknown engine is a *providers.Usage.
func New(o Options) (*Provider, error) {
	engine, err := chooseEngine(o.Engine, o.Baked)
	if err != nil {
		return nil, err
	}
	if o.Dir == "" || o.Cache == "" {
		return nil, errors.New("the local provider was given no folder to work in")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the deployment's folder: %w", err)
	}
	cache, err := filepath.Abs(o.Cache)
	if err != nil {
		return nil, fmt.Errorf("find the cache folder: %w", err)
	}
	return &Provider{engine: engine, dir: dir, cache: cache}, nil
}

// Supported is nil if machines of that engine can run on this computer, perhaps
// after its tools have been installed; else it is a *providers.Refused with the
// reason. An empty name stands for the default engine.
func Supported(engine string) error {
	e, err := chooseEngine(engine, nil)
	if err != nil {
		return err
	}
	return e.supported("")
}

// Name is what --provider calls it: "local".
func (p *Provider) Name() string { return "local" }

// Check tells whether the machine that spec asks for can run here. It only reads.
func (p *Provider) Check(_ context.Context, spec providers.Spec) error {
	if err := checkSpec(spec); err != nil {
		return err
	}
	if _, err := p.engine.base(spec.Image, p.cache); err != nil && !p.made(spec) {
		return err
	}
	return p.engine.supported(spec.Image)
}

// made tells whether the machine's disk exists: its record says over which image.
func (p *Provider) made(spec providers.Spec) bool {
	r, err := p.machineRecord(spec)
	return err == nil && r.Seeded
}

// checkSpec checks spec alone, without a look at the computer.
func checkSpec(spec providers.Spec) error {
	if spec.Tag == "" {
		return errors.New("the deployment has no tag, so its machine could not be found again")
	}
	if spec.Region != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("region %q makes no sense for the local provider: the machine is on this computer", spec.Region),
			Next: "leave --region out, or choose --provider digitalocean",
		}
	}
	if spec.Size != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("size %q makes no sense for the local provider: the machine has the size of this computer", spec.Size),
			Next: "leave --size out, or choose --provider digitalocean",
		}
	}
	return nil
}

// Resources lists the tools, the base image and the machine.
func (p *Provider) Resources(spec providers.Spec) []providers.Resource {
	return []providers.Resource{
		&tools{engine: p.engine, image: spec.Image},
		&image{spec: spec, cache: p.cache, engine: p.engine, layout: p.layout(spec)},
		&machine{spec: spec, cache: p.cache, engine: p.engine, layout: p.layout(spec)},
	}
}

// Server tells where the machine's sshd answers, also while the machine is powered
// off. Its User is empty: the user data decides who may log in.
func (p *Provider) Server(_ context.Context, spec providers.Spec) (providers.Server, error) {
	r, err := p.machineRecord(spec)
	if err != nil {
		return providers.Server{}, err
	}
	return providers.Server{Address: r.Address, Port: r.SSHPort}, nil
}

// Holdings lists the machine if its disk exists or any part of it runs.
func (p *Provider) Holdings(_ context.Context, spec providers.Spec) ([]providers.Holding, error) {
	l := p.layout(spec)
	parts, err := p.engine.remains(l)
	if err != nil {
		return nil, err
	}
	r, err := readRecord(l, spec.Tag)
	if ours := !errors.Is(err, errOtherTag); ours && present(l.dir) {
		parts = append(parts, l.dir)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	detail := parts[len(parts)-1]
	if r.Address != "" {
		detail = r.System + " at " + r.Address
	}
	return []providers.Holding{{Kind: kindMachine, ID: l.id, Detail: detail}}, nil
}

// Destroy ends the machine at once and removes its disk and everything else of it.
// It can be called again, and also if only a part of the machine exists. The base
// image stays, because other machines may use it.
func (p *Provider) Destroy(ctx context.Context, spec providers.Spec, report func(line string)) error {
	holdings, err := p.Holdings(ctx, spec)
	if err != nil || len(holdings) == 0 {
		return err
	}
	l := p.layout(spec)
	if err := p.engine.clean(ctx, l); err != nil {
		return failed("end the machine "+l.id, err)
	}
	report("ended the machine " + l.id)
	if _, err := readRecord(l, spec.Tag); errors.Is(err, errOtherTag) || !present(l.dir) {
		return nil
	}
	if err := removeDisk(ctx, l); err != nil {
		return failed("remove the machine's disk "+l.dir, err)
	}
	report("removed its disk " + l.dir)
	return nil
}

// removeDisk removes the machine's folder. The record goes last: as long as
// anything is there, it tells whose it is.
func removeDisk(ctx context.Context, l layout) error {
	for _, path := range []string{l.upper(), l.work(), l.disk(), l.seed(), l.dir} {
		if err := removeAll(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

// Stop shuts the machine down and keeps its disk. After 20 seconds (3 minutes if
// its processor is emulated) it ends the machine by force. A machine that is off
// stays as it is.
func (p *Provider) Stop(ctx context.Context, spec providers.Spec) error {
	if _, err := p.machineRecord(spec); err != nil {
		return err
	}
	return p.engine.stop(ctx, p.layout(spec))
}

// Reboot shuts the machine down, starts it and returns when its sshd answers.
func (p *Provider) Reboot(ctx context.Context, spec providers.Spec) error {
	if err := p.Stop(ctx, spec); err != nil {
		return err
	}
	m := &machine{spec: spec, cache: p.cache, engine: p.engine, layout: p.layout(spec)}
	return m.Make(ctx, func(string) {})
}

// Console returns the last 16 KiB that the machine printed since it was powered on,
// without the control sequences that a terminal would act on.
func (p *Provider) Console(_ context.Context, spec providers.Spec) (string, error) {
	if _, err := p.machineRecord(spec); err != nil {
		return "", err
	}
	return readConsole(p.layout(spec).console())
}

func (p *Provider) layout(spec providers.Spec) layout {
	return layoutFor(p.dir, spec.Tag)
}

// machineRecord reads the record of a machine that belongs to spec, or is
// ErrNoServer.
func (p *Provider) machineRecord(spec providers.Spec) (record, error) {
	r, err := readRecord(p.layout(spec), spec.Tag)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errOtherTag) {
		return record{}, providers.ErrNoServer
	}
	return r, err
}

func present(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// removeAll removes a tree. It tries for five seconds, because processes that were
// just killed may still hold parts of it.
func removeAll(ctx context.Context, dir string) error {
	return retry(ctx, 5*time.Second, func() error { return os.RemoveAll(dir) })
}
