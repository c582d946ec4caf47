package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"slipway/state"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/ui/text"
)

// providers opens providers for the person who runs the command. Without a terminal,
// or with --yes, it asks nothing.
func (c *command) providers(home state.Home, yes bool) engine.OpenProvider {
	operator := steps.Operator{Getenv: c.streams.Getenv}
	if c.streams.Terminal && !yes {
		operator.Secret = askSecret
	}
	return steps.Providers(home, operator)
}

// askSecret asks on the terminal for a secret and hides what is typed. It ends when
// ctx does.
func askSecret(ctx context.Context, question string) (string, error) {
	tty, err := openConsole()
	if err != nil {
		return "", fmt.Errorf("open the terminal: %w", err)
	}
	defer tty.Close()
	restore, err := silence(tty.in)
	if err != nil {
		return "", fmt.Errorf("ask on the terminal: %w", err)
	}
	defer restore()
	stop := context.AfterFunc(ctx, func() {
		tty.in.SetReadDeadline(time.Now()) //nolint:errcheck // where it can't be set, the answer ends the wait
	})
	defer stop()
	answer, err := term.NewTerminal(tty, "").ReadPassword(text.Clean(question) + " ")
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case errors.Is(err, io.EOF): // Ctrl-C and Ctrl-D
		return "", Interrupted{}
	}
	return answer, err
}

// console is the person's terminal, wherever the streams lead: what is typed, and what
// is shown, which are the same file but on Windows.
type console struct{ in, out *os.File }

func (c console) Read(b []byte) (int, error)  { return c.in.Read(b) }
func (c console) Write(b []byte) (int, error) { return c.out.Write(b) }

// Close closes the files; the terminal stays.
func (c console) Close() {
	c.in.Close()
	c.out.Close() // a file that is closed twice is no harm
}

// silence keeps the terminal from showing what is typed until restore is called.
// It does not use the file's Fd method: after that, reads ignore deadlines.
func silence(tty *os.File) (restore func(), err error) {
	raw, err := tty.SyscallConn()
	if err != nil {
		return nil, err
	}
	var before *term.State
	if controlErr := raw.Control(func(fd uintptr) { before, err = term.MakeRaw(int(fd)) }); controlErr != nil || err != nil {
		return nil, errors.Join(controlErr, err)
	}
	return func() {
		raw.Control(func(fd uintptr) { term.Restore(int(fd), before) }) //nolint:errcheck // there is nothing else to try
	}, nil
}
