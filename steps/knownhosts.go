package steps

import (
	"net"
	"strconv"

	"golang.org/x/crypto/ssh/knownhosts"

	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/plan"
)

// KnownHosts are lines for known_hosts, so that the operator's own ssh knows a
// deployment's server by its address and its domains. A name that is not known, or
// that has no server yet, is a *providers.Usage.
func KnownHosts(name string, home state.Home) ([]string, error) {
	record, err := read(home, name)
	if err != nil {
		return nil, err
	}
	if record.Server.Address == "" {
		return nil, plan.Usagef("run the command that deploys it again", "the server of %s was never connected to", name)
	}
	keys, err := access.ParseHostKeys(record.Server.HostKeys)
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, host := range append([]string{record.Server.Address}, plan.OfRecord(record).Domains()...) {
		addresses = append(addresses, net.JoinHostPort(host, strconv.Itoa(record.Server.Port)))
	}
	lines := make([]string, len(keys))
	for i, key := range keys {
		lines[i] = knownhosts.Line(addresses, key)
	}
	return lines, nil
}
