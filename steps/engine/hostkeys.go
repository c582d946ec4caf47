package engine

import (
	"slices"

	"golang.org/x/crypto/ssh"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/access"
	"slipway/steps/plan"
	"slipway/steps/remote"
	"slipway/steps/shell"
)

// pin puts host keys on record, if they are news, and has the client take them.
func (r *Run) pin(client *remote.Client, keys ...ssh.PublicKey) error {
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = plan.AuthorizedForm(k)
	}
	client.Trust(keys...)
	if r.OnlyLooks() || slices.Equal(lines, r.Record().Server.HostKeys) {
		return nil
	}
	return r.deployment.Update(func(record *state.Record) { record.Server.HostKeys = lines })
}

// pinShown takes all host keys off the record but the one that the client's
// server showed, once that one was made there and its change is proven. The key
// of the first boot goes from this computer too: a server made anew gets another.
func (r *Run) pinShown(client *remote.Client, seen *server) error {
	shown := client.HostKey()
	f := shell.Fields(seen.sections[access.HostKey.Name])
	if r.OnlyLooks() || len(r.Record().Server.HostKeys) < 2 || f["now"] != f["made"] || f["now"] != plan.AuthorizedForm(shown) {
		return nil
	}
	if err := r.pin(client, shown); err != nil {
		return err
	}
	_, err := access.MakeKey(r.deployment, access.HostKeyFile)
	return err
}

// showsMade tells whether the client's server shows the key that it says it does.
func (s *server) showsMade(client *remote.Client) bool {
	now, looked := shell.Fields(s.sections[access.HostKey.Name])["now"]
	return !looked || now == plan.AuthorizedForm(client.HostKey())
}

// expectFirstBoot pins the key of the first boot beside those on record, before
// something is made: it may be a server in place of one that is gone.
func (r *Run) expectFirstBoot() error {
	if _, ok := r.provider.(providers.ExistingServer); ok || r.host == nil {
		return nil
	}
	k, err := access.OpenKeys(r.deployment)
	if err != nil || slices.Contains(r.Record().Server.HostKeys, k.Host.Public()) {
		return err
	}
	return r.deployment.Update(func(record *state.Record) {
		record.Server.HostKeys = append(record.Server.HostKeys, k.Host.Public())
	})
}
