package commands

import "github.com/spf13/cobra"

// Tree is a fresh copy of all commands with their flags. The test of the documents
// parses command lines with it; nothing is run.
func Tree() *cobra.Command {
	c := &command{streams: Streams{Getenv: func(string) string { return "" }}}
	return c.root()
}
