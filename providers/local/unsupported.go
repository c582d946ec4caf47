//go:build !linux

package local

import (
	"context"
	"errors"
	"os/exec"
	"runtime"

	"slipway/providers"
)

// nspawn needs Linux: elsewhere it refuses.
type nspawn struct{}

func (nspawn) supported(string) error {
	return &providers.Refused{
		Err:  errors.New("machines of the engine nspawn need Linux, and this is " + runtime.GOOS),
		Next: "give --engine qemu with --image URL#sha256:... of a cloud image, or choose --provider digitalocean or ssh",
	}
}

func (nspawn) tools(string) []tool { return nil }
func (nspawn) patience() patience  { return quick }
func (n nspawn) base(image, cache string) (base, error) {
	return recipeFor(image, cache, certificateFolder, asTree)
}
func (n nspawn) observe(context.Context, layout, record) (observed, error) {
	return observed{}, n.supported("")
}
func (n nspawn) remains(layout) ([]string, error)           { return nil, nil }
func (n nspawn) start(context.Context, layout, boot) error  { return n.supported("") }
func (n nspawn) mend(context.Context, layout, record) error { return n.supported("") }
func (n nspawn) stop(context.Context, layout) error         { return n.supported("") }
func (n nspawn) clean(context.Context, layout) error        { return nil }

// build refuses: it needs Debian's own tools.
func (b recipe) build(context.Context, func(line string)) error { return administers() }

// administers refuses: only Linux can build and run what needs it.
func administers() error {
	return &providers.Refused{
		Err:  errors.New("the base image of a Debian machine can be built on Linux only, and this is " + runtime.GOOS),
		Next: "give --engine qemu with --image URL#sha256:... of a cloud image, or choose --provider digitalocean or ssh",
	}
}

func runApt(ctx context.Context, argv []string, report func(line string)) error {
	return runLines(ctx, exec.CommandContext(ctx, argv[0], argv[1:]...), report)
}
