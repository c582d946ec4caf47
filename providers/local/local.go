// Package local makes servers of this computer: real Debian machines with
// systemd, sshd and cloud-init, each on its own loopback address with the real
// ports 22, 80 and 443. They cost nothing and behave as a rented server does:
// as far as a container can with the engine nspawn, with a kernel of their own
// with the engine qemu.
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

// Options say where a Provider works.
type Options struct {
	// Engine is "nspawn", which is the default, or "qemu".
	Engine string
	// Dir is the deployment's own folder, which need not exist yet; the
	// machine's disk goes into its subfolder "machine".
	Dir string
	// Cache is the folder for what all deployments share: the base images.
	Cache string
	// Baked are Debian packages that the base image of virtual machines has
	// already. A rented server has none of them; but installing one takes an
	// emulated processor ten times as long as this computer.
	Baked []string
}

// Provider makes one machine on this computer. It implements
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

// New returns the provider for one deployment. It only looks at its options;
// an engine that there is not is a *providers.Usage.
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

// Supported is nil when real machines can run on this computer with that engine,
// perhaps after its tools have been installed; else it is a *providers.Refused
// with the reason. An empty name is the default engine's.
func Supported(engine string) error {
	e, err := chooseEngine(engine, nil)
	if err != nil {
		return err
	}
	return e.supported("")
}

// Name is what --provider calls it.
func (p *Provider) Name() string { return "local" }

// Check asks whether a machine as spec wants it can run here. It only reads.
func (p *Provider) Check(_ context.Context, spec providers.Spec) error {
	if err := usable(spec); err != nil {
		return err
	}
	if _, err := p.engine.base(spec.Image, p.cache); err != nil && !p.made(spec) {
		return err
	}
	return p.engine.supported(spec.Image)
}

// made tells whether the machine's disk exists: it needs the image's name no more.
func (p *Provider) made(spec providers.Spec) bool {
	r, err := p.machineRecord(spec)
	return err == nil && r.Seeded
}

// usable judges spec alone, without a look at the computer.
func usable(spec providers.Spec) error {
	if spec.Tag == "" {
		return errors.New("the deployment has no tag, so nothing could be found again")
	}
	if spec.Region != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("region %q makes no sense for the local provider: the machine is on this computer", spec.Region),
			Next: "leave --region out, or choose --provider digitalocean",
		}
	}
	if spec.Size != "" {
		return &providers.Usage{
			Err:  fmt.Errorf("size %q makes no sense for the local provider: the machine has what this computer has", spec.Size),
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

// Server tells where the machine's sshd answers, whether or not the machine is
// powered on. Its User is empty: the user data decides who may log in.
func (p *Provider) Server(_ context.Context, spec providers.Spec) (providers.Server, error) {
	r, err := p.machineRecord(spec)
	if err != nil {
		return providers.Server{}, err
	}
	return providers.Server{Address: r.Address, Port: r.SSHPort}, nil
}

// Holdings lists the machine if its disk or any part of it that runs exists.
func (p *Provider) Holdings(_ context.Context, spec providers.Spec) ([]providers.Holding, error) {
	l := p.layout(spec)
	left, err := p.engine.remains(l)
	if err != nil {
		return nil, err
	}
	r, err := readRecord(l, spec.Tag)
	if ours := !errors.Is(err, errOtherTag); ours && present(l.dir) {
		left = append(left, l.dir)
	}
	if len(left) == 0 {
		return nil, nil
	}
	detail := left[len(left)-1]
	if r.Address != "" {
		detail = r.System + " at " + r.Address
	}
	return []providers.Holding{{Kind: kindMachine, ID: l.id, Detail: detail}}, nil
}

// Destroy ends the machine at once and removes its disk and everything else of
// it. It can be called again, and also when only a part of the machine is left.
// The base image stays, for other machines may lie over it.
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

// removeDisk removes the machine's folder, its record last: as long as anything
// is there, it tells whose it is.
func removeDisk(ctx context.Context, l layout) error {
	for _, path := range []string{l.upper(), l.work(), l.disk(), l.seed(), l.dir} {
		if err := removeAll(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

// Stop powers the machine off in good order, by force after 20 seconds (3 minutes
// where its processor is emulated), and keeps its disk. A machine that is off is
// left alone.
func (p *Provider) Stop(ctx context.Context, spec providers.Spec) error {
	if _, err := p.machineRecord(spec); err != nil {
		return err
	}
	return p.engine.stop(ctx, p.layout(spec))
}

// Reboot powers the machine off and on again and returns when its sshd answers.
func (p *Provider) Reboot(ctx context.Context, spec providers.Spec) error {
	if err := p.Stop(ctx, spec); err != nil {
		return err
	}
	m := &machine{spec: spec, cache: p.cache, engine: p.engine, layout: p.layout(spec)}
	return m.Make(ctx, func(string) {})
}

// Console returns the last lines that the machine printed since it was powered
// on, without the control sequences that a terminal would act on.
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

// removeAll removes a tree. It is tried for a while, because processes that
// were just killed may still be letting go of it.
func removeAll(ctx context.Context, dir string) error {
	return retry(ctx, 5*time.Second, func() error { return os.RemoveAll(dir) })
}
