// Slipway takes a Python web app to a hardened server, and picks up where it
// stopped after any interruption. The README tells the rest.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"

	"slipway/ui/commands"
	"slipway/ui/tty"
)

func main() { os.Exit(run()) }

// memoryLimit is how many bytes Slipway's own data may take before its garbage is collected
// at once, and not only when it has doubled: apps may have many files, and computers little
// memory.
const memoryLimit = 32 << 20

func run() int {
	tty.Restore()
	debug.SetMemoryLimit(memoryLimit)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel(commands.Interrupted{})
		// The first signal ends what is under way in good order, a second at once.
		<-signals
		os.Exit(130)
	}()
	terminal := term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stderr.Fd()))
	return commands.Main(ctx, os.Args[1:], commands.SystemStreams(terminal, term.IsTerminal(int(os.Stdout.Fd()))))
}
