package app

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/shell"
	"mvdan.cc/sh/v3/syntax"
)

// A parser of shell follows each part of a command into the parts of that. It has no
// limit of its own, and Go ends a program whose stack is full: nothing can recover from
// that. So no command reaches it but through parseShell and shellFields.
const (
	// maxCommand is how many bytes a command may have.
	maxCommand = 64 << 10
	// maxOpened is how many times a command may open a bracket or a substitution, closed
	// or not: what it closes can't be told without a parser.
	maxOpened = 500
)

// unparsed says why a command is not taken apart, in words that go behind its name. It is
// "" for every command that people write.
func unparsed(command string) string {
	if len(command) > maxCommand {
		return fmt.Sprintf("has %d bytes, and slipway reads no command of more than %d", len(command), maxCommand)
	}
	opened := 0
	for i := range len(command) {
		if strings.IndexByte("([{`", command[i]) >= 0 {
			opened++
		}
	}
	if opened > maxOpened {
		return fmt.Sprintf("has %d brackets and backquotes that open, and slipway reads no command with more than %d", opened, maxOpened)
	}
	return ""
}

// parseShell reads a command as sh does. The error says why that can't be done.
func parseShell(command string) (*syntax.File, error) {
	if why := unparsed(command); why != "" {
		return nil, errors.New("the command " + why)
	}
	return syntax.NewParser().Parse(strings.NewReader(command), "")
}

// shellFields are the words of a command that has no substitutions, with variables as
// value returns them.
func shellFields(command string, value func(name string) string) ([]string, error) {
	if why := unparsed(command); why != "" {
		return nil, errors.New("the command " + why)
	}
	return shell.Fields(command, value)
}
