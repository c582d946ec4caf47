package steps

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// AskAs fills in what a new deployment takes over from another one, whose backup it begins
// with: its app and its settings where nothing else was asked for. The deployment that was
// there may be gone with its server, or may have been removed: only what is on record of it
// on this computer is read. Its domains it keeps as long as its server is there; the note
// says so then.
func AskAs(ctx context.Context, asked plan.Asked, name, newName string, home state.Home, open engine.OpenProvider) (_ plan.Asked, note string, _ error) {
	from, err := originOf(home, name)
	if err != nil {
		return asked, "", err
	}
	if asked, err = takeOver(asked, from.Record, name, newName, home); err != nil {
		return asked, "", err
	}
	domains := from.Settings[plan.KeyDomain]
	if domains == "" || asked.Flags[plan.KeyDomain] != "" || from.removed || !serverIsThere(ctx, from.Record, home, open) {
		return asked, "", nil
	}
	delete(asked.Earlier, plan.KeyDomain)
	return asked, fmt.Sprintf("%s goes on leading to %s, whose server is there: --domain has a name lead to %s",
		strings.ReplaceAll(domains, plan.ListSeparator, ", "), name, newName), nil
}

// serverIsThere tells whether the server of a deployment may still answer.
func serverIsThere(ctx context.Context, record state.Record, home state.Home, open engine.OpenProvider) bool {
	p := plan.OfRecord(record)
	provider, err := open(p, home.Folder(record.Name))
	host, ok := provider.(providers.ServerProvider)
	if err != nil || !ok {
		return true
	}
	_, err = host.Server(ctx, plan.WithRecord(plan.SpecOf(p), record))
	return !errors.Is(err, providers.ErrNoServer)
}

// takeOver has a new deployment be asked for with the app and the settings of another one.
func takeOver(asked plan.Asked, record state.Record, name, newName string, home state.Home) (plan.Asked, error) {
	if home.Exists(newName) {
		if known, err := home.Read(newName); err != nil || !known.Finished.IsZero() {
			return asked, plan.Usagef("give --as a new name", "there is a deployment %s already, and restore --as makes a new one", newName)
		}
	}
	p := plan.OfRecord(record)
	if _, on := p.BackupTo(); !on && asked.Flags[plan.KeyBackupTo] == "" {
		return asked, plan.Usagef("give --backup-to, which says where they are", "the backups of %s are off", name)
	}
	asked.Earlier = maps.Clone(record.Settings)
	asked.Flags = maps.Clone(asked.Flags)
	asked.Flags[plan.KeyName] = newName
	err := takeApp(&asked, p, name, "deploy the app under its old name from its folder once, then restore")
	return asked, err
}

// takeApp has the app be that of another deployment. next is what to do if this computer
// does not have it.
func takeApp(asked *plan.Asked, of plan.Plan, name, next string) error {
	asked.Folder = of.Folder()
	if sample, ok := strings.CutPrefix(of.Value(plan.KeyApp), plan.SamplePrefix); ok {
		asked.Sample = sample
	}
	if asked.Folder == "" && asked.Sample == "" {
		return &providers.Failed{Err: fmt.Errorf("the app's folder of %s is not known on this computer", name), Next: next}
	}
	return nil
}

// RestoreAs has a plan for a new deployment begin with another one's backup.
func RestoreAs(p *plan.Plan, name, when string, home state.Home) error {
	from, err := originOf(home, name)
	if err != nil {
		return err
	}
	key := readKey(from.keyFile)
	if key == "" {
		next := "write the key that you kept elsewhere into " + from.keyFile
		if !from.removed {
			next = fmt.Sprintf("slipway backup key %s takes it from the server; if that is gone, %s", name, next)
		}
		return &providers.Failed{Err: fmt.Errorf("the key of the backups of %s is not on this computer", name), Next: next}
	}
	p.BackupKey = key
	p.Restore = &plan.Restore{Name: from.Name, Tag: from.Tag, When: when}
	return nil
}
