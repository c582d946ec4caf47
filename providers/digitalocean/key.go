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
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

// keyResource is the SSH key in the account, which may log in to the new droplet.
type keyResource struct {
	p    *Provider
	spec providers.Spec
}

func (r *keyResource) Kind() string           { return "ssh-key" }
func (r *keyResource) Title() string          { return "an SSH key in the DigitalOcean account" }
func (r *keyResource) Phase() providers.Phase { return providers.PhaseBoot }

// Look finds the key by its fingerprint. An account can't have the same key twice, so
// a second create call can't make a second key: the time of an earlier one is not
// needed.
func (r *keyResource) Look(ctx context.Context, _ time.Time) (providers.Finding, error) {
	key, err := r.p.key(ctx, r.spec)
	if err != nil {
		return providers.Finding{}, err
	}
	if key == nil {
		return providers.Finding{Changes: []providers.Change{{
			What: "add the SSH key " + uniqueName(r.spec.Tag), Why: "the new server lets it log in",
		}}}, nil
	}
	found := providers.Finding{Holds: true, Detail: key.Fingerprint}
	if key.Name != uniqueName(r.spec.Tag) {
		found.Notes = append(found.Notes, fmt.Sprintf("the SSH key is in the account already, as %q; it is used, and it stays when the server is destroyed", key.Name))
	}
	return found, nil
}

// Make adds the key. It is no error if the account has it already.
func (r *keyResource) Make(ctx context.Context, report func(string)) error {
	doing := "add the SSH key"
	_, _, err := r.p.api.Keys.Create(ctx, &godo.KeyCreateRequest{
		Name: uniqueName(r.spec.Tag), PublicKey: strings.TrimSpace(r.spec.AuthorizedKey),
	})
	err = r.p.api.Plain(err)
	if err != nil && !rest.IsUncertain(err) && !isDuplicate(err) {
		return r.p.api.Failed(doing, err)
	}
	if ctx.Err() != nil {
		return r.p.api.Failed(doing, ctx.Err())
	}
	if err != nil {
		report("the account may have the key already: looking for it")
	}
	found, lookErr := r.p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		key, err := r.p.key(ctx, r.spec)
		return key != nil, err
	})
	if found || lookErr != nil {
		return lookErr
	}
	if isDuplicate(err) {
		return &providers.Refused{
			Err:  fmt.Errorf("%s: the API says that it is in use, but this account or team does not have it: %w", doing, err),
			Next: "remove the key from the other account or team, or deploy under another --name, which has a key of its own",
		}
	}
	if err != nil {
		return rest.NothingMade("the SSH key", err)
	}
	return &providers.Failed{Err: fmt.Errorf("%s: %w", doing, errNotShown), Next: rest.Again}
}

// isDuplicate tells whether the API refused to make something twice.
func isDuplicate(err error) bool {
	status := rest.Status(err)
	if status == http.StatusConflict {
		return true
	}
	if status != http.StatusUnprocessableEntity {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "already") || strings.Contains(text, "duplicate")
}

// fingerprint is a public key's fingerprint as DigitalOcean writes it: MD5.
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

// key looks the key up by its fingerprint; nil is none. It does not ask for the list
// of keys, which the API gives only ten times a minute.
func (p *Provider) key(ctx context.Context, spec providers.Spec) (*godo.Key, error) {
	if err := checkTag(spec.Tag); err != nil {
		return nil, err
	}
	keyPrint, err := fingerprint(spec.AuthorizedKey)
	if err != nil {
		return nil, err
	}
	key, err := account.Whole(p.api.Keys.GetByFingerprint(ctx, keyPrint))
	if err = p.api.Plain(err); rest.IsNotFound(err) {
		return nil, nil
	}
	return key, p.api.Failed("look for the SSH key", err)
}

// ownKeys are the keys that were made for the deployment. They are found by
// fingerprint and name, or, if the public key is not known (any more), by the name,
// which is made of the deployment's tag.
func (p *Provider) ownKeys(ctx context.Context, spec providers.Spec) ([]godo.Key, error) {
	if spec.AuthorizedKey != "" {
		key, err := p.key(ctx, spec)
		if err != nil || key == nil || key.Name != uniqueName(spec.Tag) {
			return nil, err
		}
		return []godo.Key{*key}, nil
	}
	all, err := account.EveryPage(ctx, p.api, "list the SSH keys", func(ctx context.Context, n int) ([]godo.Key, *godo.Response, error) {
		return p.api.Keys.List(ctx, account.FullPage(n))
	})
	var own []godo.Key
	for _, k := range all {
		if k.Name == uniqueName(spec.Tag) {
			own = append(own, k)
		}
	}
	return own, err
}
