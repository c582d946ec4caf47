//go:build !linux

package dockertest

import (
	"context"
	"errors"
)

// possible tells why no engine can run here.
func possible() error { return errors.New("it needs Linux") }

// Inside just calls run: there are no namespaces here.
func Inside(run func() int) int { return run() }

// Launch fails: only Linux has what an engine needs.
func Launch(context.Context, Options) (*Engine, error) { return nil, possible() }

// Provide fails, as Launch does.
func (e *Engine) Provide(context.Context, string) error { return possible() }
