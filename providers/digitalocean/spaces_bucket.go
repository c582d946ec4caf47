package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/digitalocean/godo"
	"github.com/minio/minio-go/v7"

	"slipway/providers"
)

// bucketResource is the bucket of Spaces that backups go to. It is made with a key that
// may do everything, which exists for seconds, is written down nowhere and is removed
// before Make returns.
type bucketResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *bucketResource) Kind() string           { return "spaces-bucket" }
func (r *bucketResource) Title() string          { return "a bucket of Spaces for backups" }
func (r *bucketResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look asks for the bucket without a key. A name can't be given twice in a region, so a
// second create call can't make a second bucket: the time of an earlier one is not
// needed. A key with all rights that an interrupted run left is a change.
func (r *bucketResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	there, err := r.p.hasBucket(ctx)
	if err != nil {
		return providers.Finding{}, err
	}
	left, err := r.p.spacesKeys(ctx, passingName(r.spec.Tag))
	if err != nil {
		return providers.Finding{}, err
	}
	bucket := r.p.options.Spaces
	var found providers.Finding
	if len(left) > 0 {
		found.Changes = append(found.Changes, providers.Change{
			What: "remove the Spaces key " + left[0].Name, Why: "a run that was interrupted left it, and it may do everything in Spaces",
		})
	}
	if !there {
		found.Changes = append(found.Changes, providers.Change{
			What: fmt.Sprintf("create the Spaces bucket %s in %s", bucket.Name, bucket.Region), Why: spacesPrice, Monthly: spacesMonthly,
		})
	}
	if found.Holds = len(found.Changes) == 0; found.Holds {
		found.Detail = bucket.String()
	}
	return found, nil
}

// Make removes what an interrupted run left and makes the bucket.
func (r *bucketResource) Make(ctx context.Context, report func(string)) (err error) {
	left, err := r.p.spacesKeys(ctx, passingName(r.spec.Tag))
	if err == nil {
		err = r.p.removeKeys(ctx, left)
	}
	if err != nil {
		return err
	}
	if there, err := r.p.hasBucket(ctx); there || err != nil {
		return err
	}
	passing, err := r.p.createKey(ctx, passingName(r.spec.Tag), godo.Grant{Permission: godo.SpacesKeyFullAccess})
	if err != nil {
		return err
	}
	defer func() {
		// An interruption must not leave a key that may do everything.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		err = errors.Join(err, r.p.removeKeys(ctx, []*godo.SpacesKey{passing}))
	}()
	return r.create(ctx, passing, report)
}

// create makes the bucket. A new key is not known everywhere at once.
func (r *bucketResource) create(ctx context.Context, passing *godo.SpacesKey, report func(string)) error {
	client, err := r.p.spaces(passing)
	if err != nil {
		return err
	}
	bucket := r.p.options.Spaces
	var last error
	made, err := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		last = client.MakeBucket(ctx, bucket.Name, minio.MakeBucketOptions{})
		switch code := minio.ToErrorResponse(last).Code; {
		case last == nil || code == minio.BucketAlreadyOwnedByYou:
			return true, nil
		case code == minio.BucketAlreadyExists:
			return false, takenBucket(bucket, last)
		case ctx.Err() != nil || !isNewKey(last):
			return false, r.p.spacesFailed("create the bucket "+bucket.String(), last)
		}
		report("waiting until Spaces knows its new key")
		return false, nil
	})
	if made || err != nil {
		return err
	}
	return r.p.spacesFailed("create the bucket "+bucket.String(), last)
}

// isNewKey tells whether Spaces refused a key, as it does for one that is very new.
func isNewKey(err error) bool {
	switch minio.ToErrorResponse(err).Code {
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch, minio.AccessDenied:
		return true
	}
	return false
}

// leaveBucket removes the deployment's Spaces keys and names the bucket, which stays:
// backups are there for the day on which the server is gone.
func (p *Provider) leaveBucket(ctx context.Context, w *inventory, report func(string)) error {
	if err := p.removeKeys(ctx, w.spacesKeys); err != nil {
		return err
	}
	for _, k := range w.spacesKeys {
		report("removed the Spaces key " + k.Name)
	}
	if !p.usesSpaces() {
		return nil
	}
	bucket := p.options.Spaces.String()
	if kept, err := p.keptKey(); err == nil && kept != nil {
		bucket = kept.Bucket
	}
	report(fmt.Sprintf("the bucket %s stays, with the backups in it. With one bucket or more, Spaces costs %s; to remove it: https://cloud.digitalocean.com/spaces",
		bucket, providers.AMonth(spacesMonthly)))
	return nil
}

func takenBucket(bucket Bucket, cause error) error {
	return &providers.Refused{
		Err:  fmt.Errorf("the bucket %s belongs to another account: %w", bucket, cause),
		Next: fmt.Sprintf("choose another name, such as --backup-to spaces:%s/%s-backups, with a word in it that nobody else has", bucket.Region, bucket.Name),
	}
}
