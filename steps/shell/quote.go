package shell

import (
	"strings"

	"al.essio.dev/pkg/shellescape"
)

// Quote makes one word of any text without a NUL byte, which no shell can carry.
func Quote(word string) string { return shellescape.Quote(word) }

// Command makes a command line of words.
func Command(words ...string) string { return shellescape.QuoteCommand(words) }

// Lines joins commands, one a line.
func Lines(commands ...string) string { return strings.Join(commands, "\n") }
