package commands

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

func openConsole() (console, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return console{}, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return console{}, errors.Join(err, in.Close())
	}
	return console{in: in, out: out}, nil
}

// rawTerminal passes on what is typed as it is, and has the console act on a server's
// control sequences, until restore is called.
func rawTerminal() (restore func(), err error) {
	typed := int(os.Stdin.Fd())
	before, err := term.MakeRaw(typed)
	if err != nil {
		return nil, err
	}
	shown := windows.Handle(os.Stdout.Fd())
	var mode uint32
	isConsole := windows.GetConsoleMode(shown, &mode) == nil
	if isConsole { // one that is too old shows the sequences
		_ = windows.SetConsoleMode(shown, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING|windows.DISABLE_NEWLINE_AUTO_RETURN)
	}
	return func() {
		if isConsole {
			_ = windows.SetConsoleMode(shown, mode)
		}
		_ = term.Restore(typed, before) // the process ends
	}, nil
}

// lookEvery is how often the console is asked for its size: it tells nobody of a change
// who does not read its input as events.
const lookEvery = 250 * time.Millisecond

// resizes tells that the console's size has changed, until stop is called.
func resizes() (resized <-chan struct{}, stop func()) {
	told, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		columns, rows := terminalSize()
		for {
			select {
			case <-ticker.C:
			case <-ended:
				return
			}
			c, r := terminalSize()
			if c == columns && r == rows {
				continue
			}
			columns, rows = c, r
			select {
			case told <- struct{}{}:
			default: // the one before was not heard yet
			}
		}
	}()
	return told, func() { close(ended) }
}

// homeFolder is the value of HOME if the environment has none.
func homeFolder(getenv func(string) string) string { return getenv("USERPROFILE") }
