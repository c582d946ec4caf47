package commands

import (
	"os"

	"golang.org/x/term"

	"slipway/providers"
)

// rawTerminal makes this process's terminal one that passes on what is typed as it is.
// The caller calls restore when nothing is attached to it any more.
func rawTerminal() (t *providers.Terminal, restore func(), err error) {
	fd := int(os.Stdin.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, nil, err
	}
	plain := obeySequences(os.Stdout)
	size := func() (int, int) {
		// It is stderr's: on Windows what is typed has no size.
		width, height, err := term.GetSize(int(os.Stderr.Fd()))
		if err != nil {
			return 80, 24
		}
		return width, height
	}
	resized, stop := resizes(size)
	return &providers.Terminal{Type: os.Getenv("TERM"), Size: size, Resized: resized}, func() {
		stop()
		plain()
		term.Restore(fd, before) //nolint:errcheck // the process ends
	}, nil
}

// tell sends on a channel that holds one, unless that is there already.
func tell(told chan<- struct{}) {
	select {
	case told <- struct{}{}:
	default:
	}
}
