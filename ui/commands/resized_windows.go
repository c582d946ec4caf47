package commands

import "time"

// resizes tells each time that the terminal has got another size, until stop is called.
// Windows has no signal for it, so it looks twice a second.
func resizes(size func() (columns, rows int)) (resized <-chan struct{}, stop func()) {
	told, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		tick := time.NewTicker(time.Second / 2)
		defer tick.Stop()
		columns, rows := size()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if c, r := size(); c != columns || r != rows {
				columns, rows = c, r
				tell(told)
			}
		}
	}()
	return told, func() { close(done) }
}
