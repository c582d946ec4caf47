package commands

import (
	"slipway/steps"
	"slipway/ui/text"
)

// knownHosts prints a server's host key as lines for ~/.ssh/known_hosts.
func (c *command) knownHosts(args []string) error {
	home, name, err := c.about(args)
	if err != nil {
		return err
	}
	lines, err := steps.KnownHosts(name, home)
	if err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := text.Fprintln(c.out, line); err != nil {
			return err
		}
	}
	return nil
}
