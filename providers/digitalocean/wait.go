package digitalocean

import (
	"context"
	"fmt"
	"time"

	"slipway/providers"
)

// wait is something that is waited for.
type wait struct {
	// what is waited for: "droplet 12 to become active".
	what string
	// within is when the wait ends.
	within time.Duration
	// next is what to do if it ends in vain.
	next string
	// report receives a line now and then; may be nil.
	report func(line string)
}

// until looks again and again until look is done or fails, the context ends,
// or the time is over, which is a *providers.Failed. look's second result says
// how it stands.
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
				Err:  fmt.Errorf("waited %s for %s in vain: %s", w.within, w.what, state),
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

// untilFound looks for what a create with a lost answer may have made, as long as
// look-ups may lag. It returns false if surely nothing was made.
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

// nothingMade is what a create with a lost answer comes to in the end.
func nothingMade(what string, cause error) error {
	return &providers.Failed{
		Err:  fmt.Errorf("the answer to creating %s was lost, and it was not made: %w", what, cause),
		Next: again,
	}
}
