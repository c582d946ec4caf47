// Package tty keeps a library from asking the terminal anything while a
// program starts. Bubble Tea 1 asks for the background's colour in an init
// function: it writes to the terminal even where nothing is drawn, and waits five
// seconds for one that never answers.
//
// This package imports nothing but os, so it is initialised before that library,
// which waits for packages that come later in the order of the language's
// specification. Until Restore is called, TERM names a terminal that the library
// takes for one that can't be asked.
package tty

import "os"

// unasked is a kind of terminal that is shared, and so can't be asked.
const unasked = "screen"

var kind, known = os.LookupEnv("TERM")

func init() {
	if known {
		_ = os.Setenv("TERM", unasked)
	}
}

// Restore gives TERM back its value. It comes first in main.
func Restore() {
	if known {
		_ = os.Setenv("TERM", kind)
	}
}
