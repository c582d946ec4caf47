//go:build unix

package commands

import "os"

func openConsole() (console, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	return console{in: tty, out: tty}, err
}

// obeySequences has nothing to do: a terminal obeys control sequences always.
func obeySequences(*os.File) (restore func()) { return func() {} }

// homeFolder is the value of HOME if the environment has none.
func homeFolder(func(string) string) string { return "" }
