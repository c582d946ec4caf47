package rest

import (
	"context"
	"time"
)

// Clock is the clock by which a provider waits. Tests give one whose time passes
// without waiting.
type Clock interface {
	// Now is the present time.
	Now() time.Time
	// Sleep returns after d, or with the context's error if the context ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// WallClock is the computer's own clock.
type WallClock struct{}

// Now is the present time.
func (WallClock) Now() time.Time { return time.Now() }

// Sleep returns after d, or with the context's error if the context ends first.
func (WallClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
