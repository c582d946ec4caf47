package steps

import (
	"fmt"
	"os"
	"path/filepath"

	"slipway/state/durable"
)

// keptKeys is the folder, beside the records, with the keys of backups whose deployments
// were removed. A name with a dot can't be a deployment's.
const keptKeys = ".backup-keys"

// keepKey keeps the key of the backups when the deployment goes: backups outlive it, and
// without the key nobody can read them.
func (r *Removal) keepKey(report func(line string)) error {
	to, on := r.plan.BackupTo()
	if !on {
		return nil
	}
	key, err := r.deployment.ReadSecret(backupKey)
	if err != nil {
		return nil //nolint:nilerr // no backup was made: the first deployment with backups puts the key there
	}
	dir := filepath.Join(filepath.Dir(r.deployment.Dir()), keptKeys)
	path := filepath.Join(dir, r.spec.Tag+".key")
	if err = os.MkdirAll(dir, 0o700); err == nil {
		err = durable.WriteFile(path, key)
	}
	if err != nil {
		return fmt.Errorf("keep the key of the backups: %w", err)
	}
	report(fmt.Sprintf("the backups at %s stay, and their key in %s: without it nobody can read them", to, path))
	return nil
}
