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
type nspawn struct{ baked []string }

func (nspawn) supported(string) error { return administers() }
func (nspawn) tools(string) []tool    { return nil }
func (nspawn) patience() patience     { return quick }
func (nspawn) base(image, cache string) (base, error) {
	return recipeFor(image, cache, certificateFolder, asTree)
}
func (nspawn) observe(context.Context, layout, record) (observed, error) {
	return observed{}, administers()
}
func (nspawn) remains(layout) ([]string, error)           { return nil, nil }
func (nspawn) start(context.Context, layout, boot) error  { return administers() }
func (nspawn) mend(context.Context, layout, record) error { return administers() }
func (nspawn) stop(context.Context, layout) error         { return administers() }
func (nspawn) clean(context.Context, layout) error        { return nil }

// build refuses: it needs Debian's own tools.
func (b recipe) build(context.Context, func(line string)) error { return administers() }

// administers refuses: only Linux can build and run what needs it.
func administers() error {
	next := "choose --provider docker, which runs the app in Docker on this computer, or --provider digitalocean, heroku or ssh"
	if runtime.GOOS != "windows" {
		next += "; a virtual machine takes --engine qemu with --image URL#sha256:... of a cloud image"
	}
	return &providers.Refused{Err: errors.New("a machine of the provider local needs Linux, and this is " + systemName()), Next: next}
}

// systemName is what people call this computer's system.
func systemName() string {
	switch runtime.GOOS {
	case "darwin":
		return "macOS"
	case "windows":
		return "Windows"
	}
	return runtime.GOOS
}

func runApt(ctx context.Context, argv []string, report func(line string)) error {
	return runLines(ctx, exec.CommandContext(ctx, argv[0], argv[1:]...), report)
}
