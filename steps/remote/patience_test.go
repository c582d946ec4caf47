package remote

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestDialPatiently(t *testing.T) {
	away := &Unreachable{Address: "192.0.2.1", Err: errors.New("nothing answers")}
	refused := &LoginRefused{User: "deploy", Address: "192.0.2.1", Err: errors.New("no")}
	ended := errors.New("enough")
	for name, c := range map[string]struct {
		patience time.Duration
		// fails are the errors of the first tries, nil ends ctx; a try after them works.
		fails []error
		// last stands for each try after fails, if it is not nil.
		last  error
		want  error
		tries int // 0 is any number
	}{
		"answers at once":      {0, nil, nil, nil, 1},
		"answers later":        {0, []error{away, away}, nil, nil, 3},
		"lets nobody in":       {0, []error{away, refused}, nil, refused, 2},
		"patience ends":        {100 * time.Millisecond, nil, away, away, 0},
		"ends while away":      {0, []error{away, nil}, away, away, 2},
		"ends before any word": {0, []error{nil}, away, ended, 1},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			tries := 0
			got, err := DialPatiently(ctx, c.patience, func(context.Context) (string, error) {
				tries++
				if tries > len(c.fails) {
					return "a connection", c.last
				}
				if c.fails[tries-1] == nil {
					cancel(ended)
					return "", away
				}
				return "", c.fails[tries-1]
			})
			if !errors.Is(err, c.want) || c.want == nil && got != "a connection" {
				t.Errorf("got %q, %v, want %v", got, err, c.want)
			}
			if c.tries != 0 && tries != c.tries {
				t.Errorf("it dialed %d times, want %d", tries, c.tries)
			}
		})
	}
}
