package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/guard"
	"slipway/steps/hardening"
	"slipway/steps/remote"
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

// hostKey is that the server shows a host key that was made on it. The one that
// the first boot was given has done its work with the first login, and can be
// read by whoever reads the server's user data.
var hostKey = &fact{
	name: "host-key", title: "a host key that never left the server", phase: providers.PhaseOther, limit: time.Minute,
	guards: guard.Join(hardening.SSHGuards, guard.Part{Paths: []string{hostKeyMade, hostKeyNext}}),
	look: func(Plan) string {
		return shell.Lines(
			`echo "now $(cut -d' ' -f1,2 `+hostKeyPath+`.pub)"`,
			`echo "made $(cat `+hostKeyMade+`)"`)
	},
	decide: func(v view) []providers.Change {
		f := shell.Fields(v.Looked)
		if f["now"] != "" && f["now"] == f["made"] {
			return nil
		}
		return []providers.Change{{What: "make a host key on the server, and show it instead of the first boot's",
			Why: "who can read the first boot's data has that one"}}
	},
	before: makeHostKey,
	script: func(view) string {
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
	detail: func(v view) string {
		if key, err := parseKeys([]string{shell.Fields(v.Looked)["now"]}); err == nil {
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
func makeHostKey(ctx context.Context, s connected) error {
	said, err := s.Client.Ask(ctx, nextHostKey)
	if err != nil {
		return err
	}
	next, err := parseKeys([]string{strings.TrimSpace(said)})
	if err != nil {
		return fmt.Errorf("the server made no host key: %w", err)
	}
	return s.Pin(s.Client.HostKey(), next[0])
}

// pin puts host keys on record, if they are news, and has the client take them.
func (r *Run) pin(client *remote.Client, keys ...ssh.PublicKey) error {
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = authorizedForm(k)
	}
	client.Trust(keys...)
	if r.onlyLooks() || slices.Equal(lines, r.Record().Server.HostKeys) {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) { record.Server.HostKeys = lines })
}

// pinShown takes all host keys off the record but the one that the client's
// server showed, once that one was made there and its change is proven. The key
// of the first boot goes from this computer too: a server made anew gets another.
func (r *Run) pinShown(client *remote.Client, seen *server) error {
	shown := client.HostKey()
	f := shell.Fields(seen.sections[hostKey.name])
	if r.onlyLooks() || len(r.Record().Server.HostKeys) < 2 || f["now"] != f["made"] || f["now"] != authorizedForm(shown) {
		return nil
	}
	if err := r.pin(client, shown); err != nil {
		return err
	}
	_, err := makeKey(r.deployment, hostKeyFile)
	return err
}

// showsMade tells whether the client's server shows the key that it says it does.
func (s *server) showsMade(client *remote.Client) bool {
	now, looked := shell.Fields(s.sections[hostKey.name])["now"]
	return !looked || now == authorizedForm(client.HostKey())
}

// awaitFirstBoot pins the key of the first boot beside those on record, before
// something is made: it may be a server in place of one that is gone.
func (r *Run) awaitFirstBoot() error {
	if _, ok := r.provider.(providers.ExistingServer); ok {
		return nil
	}
	k, err := openKeys(r.deployment)
	if err != nil || slices.Contains(r.Record().Server.HostKeys, k.host.public()) {
		return err
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Server.HostKeys = append(record.Server.HostKeys, k.host.public())
	})
}
