package steps

import (
	"context"
	"fmt"

	"slipway/providers"
	"slipway/state"
	"slipway/steps/backup"
	"slipway/steps/backup/repository"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// IsFetched tells whether the backups go to this computer.
func (b *Backups) IsFetched() bool { return isFetched(b.plan) }

func isFetched(p plan.Plan) bool {
	to, on := p.BackupTo()
	return on && to.Scheme == plan.BackupLocal
}

// Fetch brings to this computer what is new of the backups that lie on the server, and
// returns the folder. Where backups go elsewhere, it is a *providers.Usage.
func (b *Backups) Fetch(ctx context.Context, report func(line string)) (repository.Fetched, string, error) {
	to, _ := b.plan.BackupTo() // it is on, as OpenBackups saw
	if !b.IsFetched() {
		return repository.Fetched{}, "", plan.Usagef("deploy with --backup-to local:PATH to have them on this computer", "the backups of %s go to %s by themselves", b.name, to)
	}
	dir, err := to.Folder()
	if err != nil {
		return repository.Fetched{}, "", err
	}
	got, err := repository.Fetch(ctx, b.Client, backup.RepositoryOf(b.plan), dir, report)
	if err == nil && got.Kept {
		err = &providers.Failed{
			Err:  fmt.Errorf("the server has no backup any more; those in %s stay as they are", dir),
			Next: "slipway backup now " + b.name + " makes one",
		}
	}
	return got, dir, err
}

// fetchAfter fetches a deployment's backups once it is there. If that fails, the deployment
// is good nevertheless: a note says why, and so does status.
func fetchAfter(ctx context.Context, run *engine.Run, home state.Home, open engine.OpenProvider) error {
	p := run.Plan
	if !isFetched(p) {
		return nil
	}
	to, _ := p.BackupTo()
	known, err := backup.ReadState(run.Looked(backup.Tools))
	dir, folderErr := to.Folder()
	if err != nil || folderErr != nil || known.Good.ID == "" || repository.Last(dir).Has(known.Good.ID) {
		return nil //nolint:nilerr // status says what is wrong with the backups
	}
	b, err := OpenBackups(ctx, p.Name, home, open)
	if err == nil {
		_, _, err = b.Fetch(ctx, run.Report)
		b.Close()
	}
	if err != nil && ctx.Err() == nil {
		run.Note("the backups were not fetched: " + err.Error() + "; slipway backup fetch " + p.Name + " tries again")
	}
	return ctx.Err()
}
