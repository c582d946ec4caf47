//go:build unix

package commands

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func openConsole() (console, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return console{in: tty, out: tty}, err
}

// rawTerminal passes on what is typed as it is, until restore is called.
func rawTerminal() (restore func(), err error) {
	typed := int(os.Stdin.Fd())
	before, err := term.MakeRaw(typed)
	if err != nil {
		return nil, err
	}
	return func() { term.Restore(typed, before) }, nil //nolint:errcheck // the process ends
}

// resizes tells that the terminal's size has changed, until stop is called.
func resizes() (resized <-chan struct{}, stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGWINCH)
	told, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		for {
			select {
			case <-signals:
			case <-ended:
				return
			}
			select {
			case told <- struct{}{}:
			default: // the one before was not heard yet
			}
		}
	}()
	return told, func() {
		signal.Stop(signals)
		close(ended)
	}
}

// homeFolder is the value of HOME if the environment has none.
func homeFolder(func(string) string) string { return "" }
