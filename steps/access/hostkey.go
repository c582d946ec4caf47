package access

import (
	"context"
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

// HostKey is that the server shows a host key that was made on it. The one that
// the first boot was given has done its work with the first login, and can be
// read by whoever reads the server's user data.
var HostKey = &fact.Fact{
	Name: "host-key", Title: "a host key that never left the server", Phase: providers.PhaseOther, Limit: time.Minute,
	Guards: guard.Join(hardening.SSHGuards, guard.Part{Paths: []string{hostKeyMade, hostKeyNext}}),
	Look: func(plan.Plan) string {
		return shell.Lines(
			`echo "now $(cut -d' ' -f1,2 `+hostKeyPath+`.pub)"`,
			`echo "made $(cat `+hostKeyMade+`)"`)
	},
	Decide: func(v fact.View) []providers.Change {
		f := shell.Fields(v.Looked)
		if f["now"] != "" && f["now"] == f["made"] {
			return nil
		}
		return []providers.Change{{What: "make a host key on the server, and show it instead of the first boot's",
			Why: "who can read the first boot's data has that one"}}
	},
	Before: makeHostKey,
	Script: func(fact.View) string {
		next := hostKeyNext + "/key"
		return shell.Lines(
			`umask 077`,
			`cp `+next+` `+hostKeyPath+`.slipway-part`,
			`install -m 644 `+next+`.pub `+hostKeyPath+`.pub.slipway-part`,
			`mv -f `+hostKeyPath+`.slipway-part `+hostKeyPath,
			`mv -f `+hostKeyPath+`.pub.slipway-part `+hostKeyPath+`.pub`,
			shell.Command("mkdir", "-p", "/run/sshd"),
			`sshd -t`,
			shell.Reload("ssh.service"),
			`cut -d' ' -f1,2 `+next+`.pub >`+hostKeyMade,
			`rm -rf `+hostKeyNext,
		)
	},
	Detail: func(v fact.View) string {
		if key, err := ParseKeys([]string{shell.Fields(v.Looked)["now"]}); err == nil {
			return ssh.FingerprintSHA256(key[0])
		}
		return ""
	},
}

// nextHostKey makes the key that takes the place of the shown one, unless an
// earlier run did, and prints its public half. The public file is what tells that
// it is whole.
const nextHostKey = `set -eu
umask 077
if [ ! -e ` + hostKeyNext + `/key.pub ]; then
  rm -rf ` + hostKeyNext + `
  mkdir -p ` + hostKeyNext + `
  ssh-keygen -q -t ed25519 -N '' -C '' -f ` + hostKeyNext + `/part
  mv ` + hostKeyNext + `/part ` + hostKeyNext + `/key
  sync ` + hostKeyNext + `/key
  mv ` + hostKeyNext + `/part.pub ` + hostKeyNext + `/key.pub
fi
cut -d' ' -f1,2 ` + hostKeyNext + `/key.pub`

// makeHostKey has the server make a key, and pins it beside the one that is
// shown before the server shows it: whatever happens in between, the next
// connection knows the server.
func makeHostKey(ctx context.Context, s fact.Server) error {
	said, err := s.Client.Ask(ctx, nextHostKey)
	if err != nil {
		return err
	}
	next, err := ParseKeys([]string{strings.TrimSpace(said)})
	if err != nil {
		return fmt.Errorf("the server made no host key: %w", err)
	}
	return s.Pin(s.Client.HostKey(), next[0])
}
