package access

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/guard"
	"slipway/steps/hardening"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// hostKeyPath is the host key that sshd shows.
	hostKeyPath = "/etc/ssh/ssh_host_ed25519_key"
	// hostKeyNext is a folder for root only with the key that takes its place.
	hostKeyNext = "/var/lib/slipway/host-key"
	// hostKeyMade holds the public half of the key that was made on the server.
	hostKeyMade = "/var/lib/slipway/host-key.made"
)

var (
	//go:embed hostkeylook.sh
	hostKeyLookText string
	//go:embed hostkeymake.sh
	hostKeyMakeText string
	//go:embed hostkeyuse.sh
	hostKeyUseText string
	//go:embed hostkeydone.sh
	hostKeyDoneText string
)

// HostKey is the fact that the server shows a host key that was made on it. The first boot's
// host key was needed for the first login only, and whoever can read the server's
// user data has it.
var HostKey = &fact.Fact{
	Name: "host-key", Title: "a host key that never left the server", Phase: providers.PhaseOther, Limit: time.Minute,
	Guards: guard.Join(hardening.SSHGuards, guard.Part{Paths: []string{hostKeyMade, hostKeyNext}}),
	Look: func(plan.Plan) string {
		return shell.Script(hostKeyLookText, shell.Values{"key": hostKeyPath, "made": hostKeyMade})
	},
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		if f["now"] != "" && f["now"] == f["made"] {
			return nil
		}
		return []providers.Change{{What: "make a host key on the server, and show it instead of the first boot's",
			Why: "whoever can read the first boot's data has that key"}}
	},
	Before: makeHostKey,
	Script: func(fact.View) string {
		return shell.Lines(
			// A job that begins anew, because the server lost its power, may have done it.
			"if ! cut -d' ' -f1,2 "+shell.Quote(hostKeyPath+".pub")+" | cmp -s - "+shell.Quote(hostKeyMade)+"; then",
			shell.Script(hostKeyUseText, shell.Values{"key": hostKeyPath, "next": hostKeyNext}),
			shell.Reload("ssh.service"),
			shell.Script(hostKeyDoneText, shell.Values{"next": hostKeyNext, "made": hostKeyMade}),
			"fi",
		)
	},
	Detail: func(v fact.View) string {
		if key, err := ParseHostKeys([]string{shell.Fields(v.Looked)["now"]}); err == nil {
			return ssh.FingerprintSHA256(key[0])
		}
		return ""
	},
}

// makeHostKey has the server make a key, and pins it beside the one that the server
// shows now. So the next connection knows the server, whatever happens in between.
func makeHostKey(ctx context.Context, s fact.Server) error {
	said, err := s.Client.Output(ctx, shell.Script(hostKeyMakeText, shell.Values{"next": hostKeyNext}))
	if err != nil {
		return err
	}
	next, err := ParseHostKeys([]string{strings.TrimSpace(said)})
	if err != nil {
		return fmt.Errorf("the server made no host key: %w", err)
	}
	return s.Pin(s.Client.HostKey(), next[0])
}
