package app

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxCommand is how many bytes of shell are read. Linux takes no more than 128 kB as one
// argument, and what is nested costs the parser some 4 kB of stack for each byte.
const maxCommand = 32 << 10

// parseShell reads a command, or a script, as a shell does.
func parseShell(text string) (*syntax.File, error) {
	if len(text) > maxCommand {
		return nil, fmt.Errorf("it is longer than %d kB", maxCommand>>10)
	}
	return syntax.NewParser().Parse(strings.NewReader(text), "")
}

// checkCommandLines refuses a Procfile with a line that is too long for a command.
func checkCommandLines(text string) error {
	number := 0
	for line := range strings.Lines(text) {
		if number++; len(line) > maxCommand {
			return appUsage(fmt.Sprintf("%s line %d is longer than %d kB", Procfile, number, maxCommand>>10), "put the command in a script of the app, and name that there")
		}
	}
	return nil
}
