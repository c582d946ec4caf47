package backup

import (
	"context"
	"fmt"
	"slices"

	"slipway/steps/backup/repository"
	"slipway/steps/fact"
	"slipway/steps/layout"
	"slipway/steps/plan"
	"slipway/steps/shell"
)

const (
	// repositoryFolder is that of a repository that is fetched to the operator's computer.
	repositoryFolder = layout.BackupState + "/repository"
	// hasRepository is what accessLook prints if it is there.
	hasRepository = "repository is there"
)

// RepositoryOf is where the repository of a deployment lies on its server, if it is fetched
// from there.
func RepositoryOf(p plan.Plan) repository.Place {
	return repository.Place{Folder: repositoryFolder, Lock: DataLock, Owner: p.Tag}
}

// bringRepository gives a server without a repository the copy that is on this computer: a
// new server goes on with the backups of the one that is gone. The key must be known, else
// nobody could read them there.
func bringRepository(ctx context.Context, s fact.Server) error {
	to, on := s.Plan.BackupTo()
	if !on || to.Scheme != plan.BackupLocal || s.Plan.BackupKey == "" || slices.Contains(shell.SplitLines(s.Looked), hasRepository) {
		return nil
	}
	dir, err := to.Folder()
	if err != nil {
		return err
	}
	ids, err := repository.Snapshots(dir)
	if err != nil || len(ids) == 0 {
		return err
	}
	s.Report(fmt.Sprintf("sending the %d backups in %s to the server", len(ids), dir))
	return repository.Send(ctx, s.Client, RepositoryOf(s.Plan), dir)
}
