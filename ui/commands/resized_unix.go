//go:build unix

package commands

import (
	"os"
	"os/signal"
	"syscall"
)

// resizes tells each time that the terminal has got another size, until stop is called.
func resizes(func() (columns, rows int)) (resized <-chan struct{}, stop func()) {
	signals, told, done := make(chan os.Signal, 1), make(chan struct{}, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-signals:
				tell(told)
			}
		}
	}()
	return told, func() {
		signal.Stop(signals)
		close(done)
	}
}
