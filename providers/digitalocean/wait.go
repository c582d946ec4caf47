package digitalocean

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// wait says what to wait for and for how long.
type wait struct {
	// what is waited for: "droplet 12 to become active".
	what string
	// within is how long the wait may take.
	within time.Duration
	// next is what to do if that time was not enough.
	next string
	// report receives a line now and then; may be nil.
	report func(line string)
}

// until calls look again and again until it is done or fails, the context ends, or
// the time is over, which is a *providers.Failed. state is what look sees, for
// people.
func (p *Provider) until(ctx context.Context, w wait, look func(ctx context.Context) (done bool, state string, err error)) error {
	const reportEvery = 15 * time.Second
	start := p.clock.Now()
	reported := start
	for {
		done, state, err := look(ctx)
		if done || err != nil {
			return err
		}
		now := p.clock.Now()
		if now.Sub(start) >= w.within {
			return &providers.Failed{
				Err:  fmt.Errorf("waited %s for %s without success: %s", w.within, w.what, state),
				Next: w.next,
			}
		}
		if w.report != nil && now.Sub(reported) >= reportEvery {
			w.report(fmt.Sprintf("waiting for %s: %s, %s so far", w.what, state, now.Sub(start).Round(time.Second)))
			reported = now
		}
		if err := p.clock.Sleep(ctx, p.options.PollEvery); err != nil {
			return fmt.Errorf("waiting for %s: %w", w.what, err)
		}
	}
}

// untilFound calls find again and again, for as long as look-ups may lag behind a
// create call. It returns false if nothing was made.
func (p *Provider) untilFound(ctx context.Context, find func(ctx context.Context) (bool, error)) (bool, error) {
	deadline := p.clock.Now().Add(p.options.Patience)
	for {
		found, err := find(ctx)
		if found || err != nil {
			return found, err
		}
		if !p.clock.Now().Before(deadline) {
			return false, nil
		}
		if err := p.clock.Sleep(ctx, p.options.PollEvery); err != nil {
			return false, err
		}
	}
}

// nothingMade is the error of a create call whose answer was lost and that made
// nothing.
func nothingMade(what string, cause error) error {
	return &providers.Failed{
		Err:  fmt.Errorf("the answer to creating %s was lost, and it was not made: %w", what, cause),
		Next: again,
	}
}
