package steps

import (
	"context"
	"errors"

	"slipway/providers"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// bucketAccess is the step that takes up what opens the bucket that the provider made for
// the backups. The server gets it with the step backup.
type bucketAccess struct{ keeper providers.BackupKeeper }

func (bucketAccess) Name() string { return "bucket-access" }

func (bucketAccess) Title() string { return "what opens the bucket of the backups" }

func (bucketAccess) Phase() providers.Phase { return providers.PhaseOther }

func (b bucketAccess) Look(_ context.Context, run *engine.Run) (providers.Finding, error) {
	access, err := b.keeper.BackupAccess()
	if errors.Is(err, providers.ErrNoBackups) {
		return providers.Finding{Holds: true}, nil // nothing was made yet: this run only looks
	}
	if err != nil {
		return providers.Finding{}, err
	}
	run.Plan.BackupEnv = map[string]string{
		"AWS_ACCESS_KEY_ID": access.AccessKey, "AWS_SECRET_ACCESS_KEY": access.SecretKey, plan.BackupEndpoint: access.Endpoint,
	}
	return providers.Finding{Holds: true}, nil
}

// Apply has nothing to do: the look took it up.
func (bucketAccess) Apply(context.Context, *engine.Run) error { return nil }

// accessOf is that step where backups go to a bucket that the provider makes.
func accessOf(p plan.Plan, provider providers.Provider) []engine.Stage {
	keeper, ok := provider.(providers.BackupKeeper)
	if place, on := p.BackupTo(); !on || !ok || place.Scheme != plan.BackupSpaces {
		return nil
	}
	return []engine.Stage{engine.OneStep{Step: bucketAccess{keeper}}}
}
