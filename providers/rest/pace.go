package rest

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// Pace says how a provider waits.
type Pace struct {
	// Clock is the clock by which it waits.
	Clock Clock
	// Every is the pause between two looks.
	Every time.Duration
	// Patience is how long look-ups may lag behind a create.
	Patience time.Duration
}

// Wait says what to wait for and for how long.
type Wait struct {
	// What is waited for: "droplet 12 to become active".
	What string
	// Within is how long the wait may take.
	Within time.Duration
	// Next is what to do if that time was not enough.
	Next string
	// Report receives a line now and then; may be nil.
	Report func(line string)
}

// Until calls look again and again until it is done or fails, the context ends, or
// the time is over, which is a *providers.Failed. state is what look sees, for
// people.
func (p Pace) Until(ctx context.Context, w Wait, look func(ctx context.Context) (done bool, state string, err error)) error {
	const reportEvery = 15 * time.Second
	start := p.Clock.Now()
	reported := start
	for {
		done, state, err := look(ctx)
		if done || err != nil {
			return err
		}
		now := p.Clock.Now()
		if now.Sub(start) >= w.Within {
			return &providers.Failed{
				Err:  fmt.Errorf("waited %s for %s without success: %s", w.Within, w.What, state),
				Next: w.Next,
			}
		}
		if w.Report != nil && now.Sub(reported) >= reportEvery {
			w.Report(fmt.Sprintf("waiting for %s: %s, %s so far", w.What, state, now.Sub(start).Round(time.Second)))
			reported = now
		}
		if err := p.Clock.Sleep(ctx, p.Every); err != nil {
			return fmt.Errorf("waiting for %s: %w", w.What, err)
		}
	}
}

// UntilFound calls find again and again, for as long as look-ups may lag behind a
// create call. It returns false if nothing was made.
func (p Pace) UntilFound(ctx context.Context, find func(ctx context.Context) (bool, error)) (bool, error) {
	deadline := p.Clock.Now().Add(p.Patience)
	for {
		found, err := find(ctx)
		if found || err != nil {
			return found, err
		}
		if !p.Clock.Now().Before(deadline) {
			return false, nil
		}
		if err := p.Clock.Sleep(ctx, p.Every); err != nil {
			return false, err
		}
	}
}

// Pause waits, but not longer than ctx; its error is why ctx ended.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
