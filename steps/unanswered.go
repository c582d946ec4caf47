package steps

import (
	"context"
	"errors"
	"path/filepath"

	"slipway/providers"
	"slipway/state/regular"
	"slipway/steps/access"
)

// awaitUnanswered waits for resources that were asked for and whose answer was
// lost, so that none that appears late is left behind.
func (r *Removal) awaitUnanswered(ctx context.Context) error {
	spec := r.spec
	spec.AuthorizedKey = r.authorizedKey()
	for _, resource := range r.provider.Resources(spec) {
		asked := r.deployment.Record().IntendedAt(resource.Kind())
		if asked.IsZero() {
			continue
		}
		_, err := resource.Look(ctx, asked)
		// What can't be had was not made.
		if _, ok := errors.AsType[*providers.Usage](err); err != nil && !ok {
			return err
		}
	}
	return nil
}

// authorizedKey is the public half of the deployment's key; empty if it's lost.
func (r *Removal) authorizedKey() string {
	path := filepath.Join(r.deployment.Dir(), access.LoginKeyFile)
	private, err := regular.Read(context.Background(), path, regular.Small)
	if err != nil {
		return ""
	}
	pair, err := access.ParsePrivateKey(private, path)
	if err != nil {
		return ""
	}
	return pair.Public()
}
