package commands

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
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

// obeySequences has the console obey the control sequences that programs of a server
// print, until restore is called. One that is too old shows them.
func obeySequences(shown *os.File) (restore func()) {
	handle := windows.Handle(shown.Fd())
	var mode uint32
	if windows.GetConsoleMode(handle, &mode) != nil {
		return func() {}
	}
	_ = windows.SetConsoleMode(handle, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING|windows.DISABLE_NEWLINE_AUTO_RETURN)
	return func() { _ = windows.SetConsoleMode(handle, mode) }
}

// homeFolder is the value of HOME if the environment has none.
func homeFolder(getenv func(string) string) string { return getenv("USERPROFILE") }
