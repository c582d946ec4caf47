package digitalocean

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/rest"
)

// spacesKeyResource is a Spaces key that may read and write the bucket of the backups and
// do nothing else. Its secret is kept in the deployment's folder on this computer, beside the key that
// logs in to the server.
type spacesKeyResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *spacesKeyResource) Kind() string           { return "spaces-key" }
func (r *spacesKeyResource) Title() string          { return "a key that is limited to the bucket" }
func (r *spacesKeyResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look holds if the account has the key whose secret is known here, limited to the bucket,
// and no other of its name. With asked it looks for as long as look-ups may lag behind.
func (r *spacesKeyResource) Look(ctx context.Context, asked time.Time) (providers.Finding, error) {
	var good, others []*godo.SpacesKey
	find := func(ctx context.Context) (bool, error) {
		var err error
		good, others, err = r.keys(ctx)
		return len(good)+len(others) > 0, err
	}
	var err error
	if asked.IsZero() {
		_, err = find(ctx)
	} else {
		_, err = r.p.api.Pace.UntilFound(ctx, find)
	}
	if err != nil {
		return providers.Finding{}, err
	}
	bucket := r.p.options.Spaces
	switch {
	case len(good) > 0 && len(others) == 0:
		return providers.Finding{Holds: true, Detail: "limited to " + bucket.String()}, nil
	case len(good) > 0:
		return providers.Finding{Changes: []providers.Change{{
			What: "remove another Spaces key " + scopedName(r.spec.Tag), Why: "a run that was interrupted left it, and nobody has its secret",
		}}}, nil
	case len(others) > 0:
		return providers.Finding{Changes: []providers.Change{{
			What: "replace the Spaces key " + scopedName(r.spec.Tag), Why: "its secret is not on this computer, or it is for another bucket",
		}}}, nil
	}
	return providers.Finding{Changes: []providers.Change{{
		What: "create the Spaces key " + scopedName(r.spec.Tag), Why: "it may read and write the bucket " + bucket.String() + ", and nothing else",
	}}}, nil
}

// Make makes the key and, once it is written down, removes others of its name.
func (r *spacesKeyResource) Make(ctx context.Context, report func(string)) error {
	good, others, err := r.keys(ctx)
	if err != nil {
		return err
	}
	if len(good) == 0 {
		if err := r.create(ctx, report); err != nil {
			return err
		}
	}
	return r.p.removeKeys(ctx, others)
}

func (r *spacesKeyResource) create(ctx context.Context, report func(string)) error {
	bucket := r.p.options.Spaces
	key, err := r.p.createKey(ctx, scopedName(r.spec.Tag), godo.Grant{Bucket: bucket.Name, Permission: godo.SpacesKeyReadWrite})
	if err != nil {
		return err
	}
	if err = r.opens(ctx, key, report); err == nil {
		err = r.p.keep(key)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return err // the next run finds the key by its name
	}
	if removal := r.p.removeKeys(ctx, []*godo.SpacesKey{key}); removal != nil {
		return fmt.Errorf("%w; its key stays: %w", err, removal)
	}
	return err
}

// opens waits until the new key opens the bucket. One that is refused to the end is for a
// bucket of somebody else's.
func (r *spacesKeyResource) opens(ctx context.Context, key *godo.SpacesKey, report func(string)) error {
	client, err := r.p.spaces(key)
	if err != nil {
		return err
	}
	bucket := r.p.options.Spaces
	var last error
	opened, err := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		there, err := client.BucketExists(ctx, bucket.Name)
		if last = err; err == nil && !there {
			return false, &providers.Failed{Err: fmt.Errorf("the bucket %s is gone again", bucket), Next: rest.Again}
		}
		if err == nil {
			return true, nil
		}
		if ctx.Err() != nil || !isNewKey(err) {
			return false, r.p.spacesFailed("open the bucket "+bucket.String(), err)
		}
		report("waiting until Spaces knows the new key")
		return false, nil
	})
	if opened || err != nil {
		return err
	}
	return takenBucket(bucket, last)
}

// keys are the account's keys of the deployment: those that are kept here and limited to
// the bucket, which is one at most, and others.
func (r *spacesKeyResource) keys(ctx context.Context) (good, others []*godo.SpacesKey, err error) {
	kept, err := r.p.keptKey()
	if err != nil {
		return nil, nil, err
	}
	named, err := r.p.spacesKeys(ctx, scopedName(r.spec.Tag))
	for _, k := range named {
		own := kept != nil && kept.AccessKey == k.AccessKey && kept.Bucket == r.p.options.Spaces.String()
		limited := len(k.Grants) == 1 && slices.ContainsFunc(k.Grants, func(g *godo.Grant) bool {
			return g.Bucket == r.p.options.Spaces.Name && g.Permission == godo.SpacesKeyReadWrite
		})
		if own && limited {
			good = append(good, k)
		} else {
			others = append(others, k)
		}
	}
	return good, others, err
}
