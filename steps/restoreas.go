package steps

import (
	"fmt"
	"maps"
	"strings"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/plan"
)

// AskAs fills in what a new deployment takes over from another one, whose backup it begins
// with: its app and its settings where nothing else was asked for. The deployment that was
// there may be gone with its server: only its record on this computer is read.
func AskAs(asked plan.Asked, name, newName string, home state.Home) (plan.Asked, error) {
	record, err := read(home, name)
	if err != nil {
		return asked, err
	}
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
	asked.Folder = p.Folder()
	if sample, ok := strings.CutPrefix(record.Settings[plan.KeyApp], plan.SamplePrefix); ok {
		asked.Sample = sample
	}
	if asked.Folder == "" && asked.Sample == "" {
		return asked, &providers.Failed{Err: fmt.Errorf("the app's folder of %s is not known on this computer", name), Next: "deploy the app under its old name from its folder once, then restore"}
	}
	return asked, nil
}

// RestoreAs has a plan for a new deployment begin with another one's backup.
func RestoreAs(p *plan.Plan, name, when string, home state.Home) error {
	record, err := read(home, name)
	if err != nil {
		return err
	}
	key := readBackupKey(home, name)
	if key == "" {
		return &providers.Failed{Err: fmt.Errorf("the key of the backups of %s is not on this computer", name), Next: "slipway backup key " + name + " takes it from the server, if that is there"}
	}
	p.BackupKey = key
	p.Restore = &plan.Restore{Name: name, Tag: record.Tag, When: when}
	return nil
}
