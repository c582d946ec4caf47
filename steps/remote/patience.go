package remote

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstWait = 50 * time.Millisecond
	lastWait  = 2 * time.Second
)

// DialPatiently dials until a server answers: its sshd may be starting, or the
// server may be booting. Only *Unreachable is worth another try; any other error
// ends the dialing at once. The waits between two tries grow from 50 ms to 2 s.
// Once patience is over or ctx ends, the error is the last *Unreachable, which
// says what is wrong, or else the cause of ctx's end. A patience of 0 has no end
// but that of ctx.
func DialPatiently[C any](ctx context.Context, patience time.Duration, dial func(context.Context) (C, error)) (C, error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = firstWait, lastWait
	var last error
	connection, err := backoff.Retry(ctx, func() (C, error) {
		connection, err := dial(ctx)
		if _, ok := errors.AsType[*Unreachable](err); err != nil && !ok {
			return connection, backoff.Permanent(err)
		}
		if err != nil && ctx.Err() == nil {
			last = err
		}
		return connection, err
	}, backoff.WithBackOff(wait), backoff.WithMaxElapsedTime(patience))
	if err != nil && ctx.Err() != nil && last != nil {
		err = last
	}
	return connection, err
}
