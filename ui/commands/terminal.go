package commands

import (
	"os"

	"golang.org/x/term"

	"slipway/providers"
)

// attachTerminal makes the person's terminal one that a command elsewhere is attached to.
// The caller calls restore when that has ended.
func attachTerminal() (t *providers.Terminal, restore func(), err error) {
	cooked, err := rawTerminal()
	if err != nil {
		return nil, nil, err
	}
	resized, stop := resizes()
	return &providers.Terminal{Type: os.Getenv("TERM"), Size: terminalSize, Resized: resized}, func() {
		stop()
		cooked()
	}, nil
}

// terminalSize is how many columns and rows the person's terminal has; 80 and 24 if it
// does not tell.
func terminalSize() (columns, rows int) {
	// On Windows what is typed has no size.
	if columns, rows, err := term.GetSize(int(os.Stderr.Fd())); err == nil {
		return columns, rows
	}
	return 80, 24
}
