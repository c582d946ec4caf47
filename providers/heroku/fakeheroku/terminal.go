package fakeheroku

import (
	"context"
	"io"
	"net"
	"os/exec"
)

// runInTerminal runs a command in a terminal of its own, whose other side is the
// connection. When the client goes, the command gets what a terminal that hangs up
// sends.
func (h *Heroku) runInTerminal(hard context.Context, kill func(), d *dyno, l *live, cmd *exec.Cmd, connection net.Conn) (int, error) {
	terminal, err := start(cmd, d.terminal())
	if err != nil {
		return 127, err
	}
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		_, _ = io.Copy(connection, terminal) // a terminal whose programs have ended reads as an error
	}()
	go func() {
		_, _ = io.Copy(terminal, connection)
		kill()
	}()
	status := h.attend(d.ctx, hard, cmd, func() { h.turn(l, d, up) })
	<-printed
	return status, terminal.Close()
}
