package backup

import (
	"slipway/steps/layout"
	"slipway/steps/shell"
)

// Call is the command line, for root's shell on the server, that has the program there run
// a command. What it prints is for Reader.
func Call(command string, words ...string) string {
	return shell.Command(append([]string{"python3", "-I", "-B", layout.Program, command}, words...)...)
}
