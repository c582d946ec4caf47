package digitalocean

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"

	"github.com/digitalocean/godo"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
	"slipway/state/durable"
)

// spacesMonthly is the price in US dollars a month of Spaces: it is paid once for an
// account, whatever number of buckets it has. It is from DigitalOcean's price list; the
// API does not have it.
const spacesMonthly = 5.00

// spacesPrice says what the price covers.
const spacesPrice = "Spaces costs $5.00 a month for all buckets of the account together, with 250 GiB of storage and 1 TiB of traffic; nothing more if the account pays it already"

// spacesFile is the file in the deployment's folder that has the Spaces key: the API
// shows its secret once, when it is made.
const spacesFile = "spaces.json"

// spacesFileLimit is how many bytes of that file are read at most.
const spacesFileLimit = 4096

// Bucket is a bucket of Spaces. The zero value is none.
type Bucket struct {
	// Region is the region's slug, Name the bucket's name.
	Region, Name string
}

// String is the bucket as --backup-to takes it: "fra1/shop".
func (b Bucket) String() string { return b.Region + "/" + b.Name }

// spacesKey is a Spaces key with its secret, as spacesFile keeps it.
type spacesKey struct {
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
	// Bucket is what the key is limited to, as Bucket.String writes it.
	Bucket string `json:"bucket"`
}

// BackupAccess is how the deployment's backups get to their bucket. Before the bucket and
// its key are made, the error wraps [providers.ErrNoBackups].
func (p *Provider) BackupAccess() (providers.Access, error) {
	kept, err := p.keptKey()
	if err != nil {
		return providers.Access{}, err
	}
	if kept == nil || kept.Bucket != p.options.Spaces.String() {
		return providers.Access{}, providers.ErrNoBackups
	}
	return providers.Access{Endpoint: p.spacesURL(), AccessKey: kept.AccessKey, SecretKey: kept.SecretKey}, nil
}

// usesSpaces tells whether the deployment has, or is to have, a bucket.
func (p *Provider) usesSpaces() bool {
	if p.options.Spaces != (Bucket{}) {
		return true
	}
	kept, err := p.keptKey()
	return kept != nil || err != nil
}

// Shared is the bucket with the deployment's backups: all buckets of the account are paid
// for together. A bucket that was made has its key on this computer. See [providers.Sharer].
func (p *Provider) Shared(context.Context, providers.Spec) ([]providers.Holding, error) {
	kept, err := p.keptKey()
	if err != nil || kept == nil {
		return nil, err
	}
	return []providers.Holding{{Kind: "spaces", ID: kept.Bucket, Detail: "paid once for all buckets of the account", Monthly: spacesMonthly}}, nil
}

// spacesURL is where Spaces answers in the bucket's region.
func (p *Provider) spacesURL() string {
	if p.options.SpacesURL != "" {
		return p.options.SpacesURL
	}
	return "https://" + p.options.Spaces.Region + ".digitaloceanspaces.com"
}

// scopedName is the name of the key that is limited to the bucket, passingName that of the
// key with all rights that makes the bucket and is removed at once.
func scopedName(tag string) string  { return uniqueName(tag) }
func passingName(tag string) string { return uniqueName(tag) + "-passing" }

// keptKey is the key that is kept on this computer; nil is none.
func (p *Provider) keptKey() (*spacesKey, error) {
	if p.options.Dir == "" {
		return nil, nil
	}
	path := filepath.Join(p.options.Dir, spacesFile)
	data, err := durable.Read(path, spacesFileLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	kept := &spacesKey{}
	if err == nil {
		err = json.Unmarshal(data, kept)
	}
	if err != nil {
		return nil, &providers.Failed{
			Err: fmt.Errorf("read the Spaces key: %w", err), Next: "remove the file " + path + ", and run the same command again: it makes another key",
		}
	}
	return kept, nil
}

// keep writes a key down on this computer, for its owner alone.
func (p *Provider) keep(key *godo.SpacesKey) error {
	//nolint:gosec // the file is for the operator alone
	data, err := json.Marshal(spacesKey{AccessKey: key.AccessKey, SecretKey: key.SecretKey, Bucket: p.options.Spaces.String()})
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(p.options.Dir, spacesFile), data)
}

// spacesKeys are the account's Spaces keys of one name.
func (p *Provider) spacesKeys(ctx context.Context, name string) ([]*godo.SpacesKey, error) {
	all, err := account.EveryPage(ctx, p.api, "list the Spaces keys", func(ctx context.Context, n int) ([]*godo.SpacesKey, *godo.Response, error) {
		return p.api.SpacesKeys.List(ctx, account.FullPage(n))
	})
	var named []*godo.SpacesKey
	for _, k := range all {
		if k.Name == name {
			named = append(named, k)
		}
	}
	return named, err
}

// createKey makes a Spaces key. The call is sent once. If its answer is lost, so is the
// secret: what it made is removed again.
func (p *Provider) createKey(ctx context.Context, name string, grant godo.Grant) (*godo.SpacesKey, error) {
	doing := "create the Spaces key " + name
	key, err := account.Whole(p.api.SpacesKeys.Create(ctx, &godo.SpacesKeyCreateRequest{Name: name, Grants: []*godo.Grant{&grant}}))
	err = p.api.Plain(err)
	if err == nil && key.AccessKey != "" && key.SecretKey != "" {
		return key, nil
	}
	if err != nil && !rest.IsUncertain(err) || ctx.Err() != nil {
		return nil, p.api.Failed(doing, errors.Join(err, ctx.Err()))
	}
	if err == nil {
		err = errNotShown
	}
	var made []*godo.SpacesKey
	_, lookErr := p.api.Pace.UntilFound(ctx, func(ctx context.Context) (bool, error) {
		var err error
		made, err = p.spacesKeys(ctx, name)
		return len(made) > 0, err
	})
	if lookErr == nil {
		lookErr = p.removeKeys(ctx, made)
	}
	if lookErr != nil {
		return nil, lookErr
	}
	return nil, rest.NothingMade("the Spaces key "+name, err)
}

// removeKeys removes Spaces keys.
func (p *Provider) removeKeys(ctx context.Context, keys []*godo.SpacesKey) error {
	for _, k := range keys {
		_, err := p.api.SpacesKeys.Delete(ctx, k.AccessKey)
		if err = p.api.Plain(err); err != nil && !rest.IsNotFound(err) {
			return p.api.Failed("remove the Spaces key "+k.Name, err)
		}
	}
	return nil
}

// spaces is a client of the bucket's region, anonymous without a key. It sends each request once.
func (p *Provider) spaces(key *godo.SpacesKey) (*minio.Client, error) {
	base, err := rest.CheckedURL(p.spacesURL(), "Spaces")
	if err != nil {
		return nil, &providers.Usage{Err: err, Next: "set DIGITALOCEAN_SPACES_URL to an address like https://fra1.digitaloceanspaces.com, or unset it"}
	}
	at, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	var signed *credentials.Credentials
	if key != nil {
		signed = credentials.NewStaticV4(key.AccessKey, key.SecretKey, "")
	}
	return minio.New(at.Host, &minio.Options{
		Creds: signed, Secure: at.Scheme == "https", BucketLookup: minio.BucketLookupPath, MaxRetries: 1,
		// Spaces wants this one, whatever the bucket's region: its address says where.
		Region: "us-east-1",
	})
}

// hasBucket tells whether there is a bucket of that name, anybody's, and asks without a
// key.
func (p *Provider) hasBucket(ctx context.Context) (bool, error) {
	client, err := p.spaces(nil)
	if err != nil {
		return false, err
	}
	there, err := client.BucketExists(ctx, p.options.Spaces.Name)
	if refusal := minio.ToErrorResponse(err); refusal.StatusCode == http.StatusForbidden {
		return true, nil
	}
	return there, p.spacesFailed("look for the bucket "+p.options.Spaces.String(), err)
}

// spacesFailed explains an error of Spaces, as failed does for the API's.
func (p *Provider) spacesFailed(doing string, err error) error {
	if err == nil || rest.Explained(err) {
		return err
	}
	err = p.api.Secretless(err)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	next := "check the network, and whether the region has Spaces: https://docs.digitalocean.com/platform/regional-availability/; then " + rest.Again
	if minio.ToErrorResponse(err).StatusCode != 0 {
		next = "look at " + account.StatusPage + "; then " + rest.Again
	}
	return &providers.Failed{Err: fmt.Errorf("%s: %w", doing, err), Next: next}
}
