package steps

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway/state"
	"slipway/state/durable"
	"slipway/steps/plan"
)

// keptKeys is the folder, beside the records, with the keys of backups whose deployments
// were removed, TAG.key, and with what was on record of those, TAG.json. A name with a dot
// can't be a deployment's.
const keptKeys = ".backup-keys"

// longestKept is more bytes than such a record has.
const longestKept = 1 << 20

// removed is what was on record of a deployment when it was removed.
type removed struct {
	state.Record
	Removed time.Time `json:"removed"`
}

// keepKey keeps the key of the backups when the deployment goes, and its record: backups
// outlive it, and without the key nobody can read them.
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
	record, err := json.Marshal(removed{r.deployment.Record(), time.Now().UTC()})
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = durable.WriteFile(path, key)
	}
	if err == nil {
		err = durable.WriteFile(filepath.Join(dir, r.spec.Tag+".json"), record)
	}
	if err != nil {
		return fmt.Errorf("keep the key of the backups: %w", err)
	}
	report(fmt.Sprintf("the backups at %s stay, and their key in %s: without it nobody can read them", to, path))
	report(fmt.Sprintf("this makes a new server with the last one: slipway restore %s --as NEWNAME", r.Name))
	return nil
}

// origin is a deployment whose backups a new one can begin with.
type origin struct {
	state.Record
	// keyFile is the file of this computer for the key of the backups.
	keyFile string
	// removed is true if the deployment was removed.
	removed bool
}

// originOf finds it by its name. If it was removed, that is what the last one of the name
// was called; its tag names it too.
func originOf(home state.Home, name string) (origin, error) {
	record, err := home.Read(name)
	if !errors.Is(err, state.ErrUnknown) {
		return origin{record, filepath.Join(home.Folder(name), backupKey), false}, err
	}
	dir := filepath.Join(home.Dir, keptKeys)
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return origin{}, fmt.Errorf("look for removed deployments: %w", err)
	}
	var last removed
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".json" {
			continue
		}
		one, err := readRemoved(filepath.Join(dir, file.Name()))
		if err != nil {
			return origin{}, err // it may be the one that is meant
		}
		if (one.Name == name || one.Tag == name) && one.Removed.After(last.Removed) {
			last = one
		}
	}
	if last.Tag == "" {
		return origin{}, plan.Usagef("slipway list shows those that are there", "there is no deployment %q, and none of that name was removed here with its backups left", name)
	}
	return origin{last.Record, filepath.Join(dir, last.Tag+".key"), true}, nil
}

// readRemoved reads what was on record of a removed deployment.
func readRemoved(path string) (removed, error) {
	var one removed
	text, err := durable.Read(path, longestKept)
	if err == nil {
		err = json.Unmarshal(text, &one)
	}
	if err == nil && (one.Tag+".json" != filepath.Base(path) || plan.CheckName(one.Name) != nil) {
		err = errors.New("it is another deployment's")
	}
	if err != nil {
		return removed{}, fmt.Errorf("read what is known of a removed deployment in %s: %w", path, err)
	}
	return one, nil
}

// readKey is the key of backups in a file; empty if it has none.
func readKey(path string) string {
	text, err := durable.Read(path, longestKey)
	if key := strings.TrimSpace(string(text)); err == nil && isBackupKey(key) {
		return key
	}
	return ""
}
