package digitalocean

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/digitalocean/godo"
	"golang.org/x/crypto/ssh"

	"slipway/providers"
)

// keyResource is the SSH key in the account that new droplets let in.
type keyResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *keyResource) Kind() string           { return "ssh-key" }
func (r *keyResource) Title() string          { return "an SSH key in the DigitalOcean account" }
func (r *keyResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the key by its fingerprint, which no two keys share, so a create
// that was interrupted needs no patience: asking again can make no second one.
func (r *keyResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	key, err := r.p.key(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	if key == nil {
		return providers.Finding{Changes: []providers.Change{{
			What: "add the SSH key " + uniqueName(r.spec.Tag), Why: "so that the new server lets us in",
		}}}, nil
	}
	found := providers.Finding{Holds: true, Detail: key.Fingerprint}
	if key.Name != uniqueName(r.spec.Tag) {
		found.Notes = append(found.Notes, fmt.Sprintf("the SSH key is in the account already, as %q; it is used, and stays when the server is destroyed", key.Name))
	}
	return found, nil
}

// Make adds the key; if the account has it already, that is fine as well.
func (r *keyResource) Make(ctx context.Context, report func(string)) error {
	doing := "add the SSH key"
	_, _, err := r.p.api.Keys.Create(ctx, &godo.KeyCreateRequest{
		Name: uniqueName(r.spec.Tag), PublicKey: strings.TrimSpace(r.spec.AuthorizedKey),
	})
	err = r.p.plain(err)
	if err != nil && !isUncertain(err) && !isDuplicate(err) {
		return r.p.failed(doing, err)
	}
	if ctx.Err() != nil {
		return r.p.failed(doing, ctx.Err())
	}
	if err != nil {
		report("the key may be there already: looking for it")
	}
	found, lookErr := r.p.untilFound(ctx, func(ctx context.Context) (bool, error) {
		key, err := r.p.key(ctx, r.spec)
		return key != nil, err
	})
	if found || lookErr != nil {
		return lookErr
	}
	if isDuplicate(err) {
		return &providers.Refused{
			Err:  fmt.Errorf("%s: the API says it is in use, but this account or team can't see it: %w", doing, err),
			Next: "remove the key from the other account or team, or let a new one be made",
		}
	}
	if err != nil {
		return nothingMade("the SSH key", err)
	}
	return &providers.Failed{Err: fmt.Errorf("%s: it was accepted but does not show", doing), Next: again}
}

// isDuplicate tells whether the API refused to make something twice.
func isDuplicate(err error) bool {
	status := statusOf(err)
	if status == http.StatusConflict {
		return true
	}
	if status != http.StatusUnprocessableEntity {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "already") || strings.Contains(text, "duplicate")
}

// fingerprint is the key's as DigitalOcean writes it.
func fingerprint(authorizedKey string) (string, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(authorizedKey))
	if err != nil {
		return "", &providers.Usage{
			Err:  fmt.Errorf("the public key for the server is not in authorized_keys form: %w", err),
			Next: "use a line like the ones in ~/.ssh/*.pub",
		}
	}
	return ssh.FingerprintLegacyMD5(key), nil
}

// key looks the key up by its fingerprint; nil is none. The list of keys may
// be asked for only ten times a minute, a single key more often.
func (p *Provider) key(ctx context.Context, spec providers.Spec) (*godo.Key, error) {
	if err := usableTag(spec.Tag); err != nil {
		return nil, err
	}
	keyPrint, err := fingerprint(spec.AuthorizedKey)
	if err != nil {
		return nil, err
	}
	key, _, err := p.api.Keys.GetByFingerprint(ctx, keyPrint)
	if err = p.plain(err); isNotFound(err) {
		return nil, nil
	}
	return key, p.failed("look for the SSH key", err)
}

// ownKeys are the keys that were made for the deployment: by fingerprint and
// name, or, where the public key is not known (any more), by the name that
// only this deployment's tag makes.
func (p *Provider) ownKeys(ctx context.Context, spec providers.Spec) ([]godo.Key, error) {
	if spec.AuthorizedKey != "" {
		key, err := p.key(ctx, spec)
		if err != nil || key == nil || key.Name != uniqueName(spec.Tag) {
			return nil, err
		}
		return []godo.Key{*key}, nil
	}
	all, err := everyPage(ctx, p, "list the SSH keys", func(ctx context.Context, n int) ([]godo.Key, *godo.Response, error) {
		return p.api.Keys.List(ctx, fullPage(n))
	})
	var own []godo.Key
	for _, k := range all {
		if k.Name == uniqueName(spec.Tag) {
			own = append(own, k)
		}
	}
	return own, err
}
