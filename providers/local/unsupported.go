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

func (nspawn) supported() error {
	return &providers.Refused{
		Err:  errors.New("machines on this computer need Linux, and this is " + runtime.GOOS),
		Next: "run slipway on Debian or Ubuntu, or choose --provider digitalocean or ssh",
	}
}

func (n nspawn) tools() []tool { return nil }
func (n nspawn) observe(context.Context, layout, record) (observed, error) {
	return observed{}, n.supported()
}
func (n nspawn) remains(layout) ([]string, error)               { return nil, nil }
func (n nspawn) start(context.Context, layout, boot) error      { return n.supported() }
func (n nspawn) mend(context.Context, layout, record) error     { return n.supported() }
func (n nspawn) stop(context.Context, layout) error             { return n.supported() }
func (n nspawn) clean(context.Context, layout) error            { return nil }
func (b recipe) build(context.Context, func(line string)) error { return nspawn{}.supported() }
func runApt(ctx context.Context, argv []string, report func(line string)) error {
	return runLines(ctx, exec.CommandContext(ctx, argv[0], argv[1:]...), report)
}
