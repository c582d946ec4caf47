package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
)

var shopBucket = Bucket{Region: "fra1", Name: "shop-backups"}

// withSpaces is a deployment whose backups go to Spaces.
func withSpaces(t *testing.T, faults fakecloud.Faults) *deployment {
	d := newDeployment(t, faults)
	d.options.Spaces = shopBucket
	return d
}

// bucket makes the bucket and its key as the engine does, and nothing else.
func (d *deployment) bucket(asked time.Time) error {
	p := d.open()
	if err := step(d.t.Context(), d.resource(p, "spaces-bucket"), time.Time{}); err != nil {
		return err
	}
	return step(d.t.Context(), d.resource(p, "spaces-key"), asked)
}

// client is an S3 client with what restic would be given.
func (d *deployment) client() *minio.Client {
	d.t.Helper()
	access, err := d.open().BackupAccess()
	if err != nil || access.Endpoint != d.spaces || strings.Contains(fmt.Sprintf("%v %+v %#v", access, access, access), access.SecretKey) {
		d.t.Fatalf("the access is %v, %v", access, err)
	}
	client, err := minio.New(strings.TrimPrefix(d.spaces, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(access.AccessKey, access.SecretKey, ""),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return client
}

// puts stores an object in the bucket.
func puts(ctx context.Context, c *minio.Client) error {
	_, err := c.PutObject(ctx, shopBucket.Name, "a folder/an object", strings.NewReader("some data"), 9, minio.PutObjectOptions{})
	return err
}

// TestSpacesKeyIsLimited makes a bucket with the key of a moment, and leaves one that opens
// this bucket and no other.
func TestSpacesKeyIsLimited(t *testing.T) {
	t.Parallel()
	d := withSpaces(t, fakecloud.Faults{SpacesKeyLag: 10 * time.Second})
	if _, err := d.open().BackupAccess(); !errors.Is(err, providers.ErrNoBackups) {
		t.Errorf("before anything is made: %v", err)
	}
	if err := d.bucket(time.Time{}); err != nil {
		t.Fatal(err)
	}
	held := d.cloud.Contents()
	if !slices.Equal(held.SpacesKeys, []string{"slipway-hello-3f9a2c"}) || !slices.Equal(held.Buckets, []string{"shop-backups"}) {
		t.Errorf("the account has %+v", held)
	}
	info, err := os.Stat(filepath.Join(d.dir, spacesFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret is kept as %v, %v", info, err)
	}
	d.cloud.ForgetRequests()
	if err := d.bucket(time.Time{}); err != nil {
		t.Fatal(err)
	}
	d.onlyGETs()
	client := d.client()
	if err := puts(t.Context(), client); err != nil {
		t.Errorf("the key does not open its bucket: %v", err)
	}
	if err := client.MakeBucket(t.Context(), "another", minio.MakeBucketOptions{}); minio.ToErrorResponse(err).Code != minio.AccessDenied {
		t.Errorf("the key makes other buckets: %v", err)
	}
	d.cloud.SetFaults(fakecloud.Faults{SpacesFull: true})
	if err := puts(t.Context(), client); minio.ToErrorResponse(err).Code != "QuotaExceeded" {
		t.Errorf("a full bucket: %v", err)
	}
}

// TestSpacesIsPriced plans without changing anything.
func TestSpacesIsPriced(t *testing.T) {
	t.Parallel()
	d := withSpaces(t, fakecloud.Faults{})
	p := d.open()
	if err := p.Check(t.Context(), d.spec); err != nil {
		t.Fatal(err)
	}
	found, err := d.resource(p, "spaces-bucket").Look(t.Context(), time.Time{})
	if err != nil || len(found.Changes) != 1 || found.Changes[0].Monthly != 5 || !strings.Contains(found.Changes[0].Why, "250 GiB") {
		t.Errorf("the plan says %+v, %v", found, err)
	}
	if found, err = d.resource(p, "spaces-key").Look(t.Context(), time.Time{}); err != nil || len(found.Changes) != 1 {
		t.Errorf("the plan says %+v, %v", found, err)
	}
	d.onlyGETs()
	if held := d.cloud.Contents(); len(held.Buckets) > 0 {
		t.Errorf("the plan made %v", held.Buckets)
	}
}

// TestSpacesAnswerLost loses the answer to each create call. Its secret is lost with it:
// the next run makes another key and leaves no other.
func TestSpacesAnswerLost(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string]fakecloud.Faults{
		"dropped after": {DropAfter: "spaces"}, "dropped before": {DropBefore: "spaces"},
		"500 after": {ErrorAfter: "spaces"}, "500 before": {ErrorBefore: "spaces"}, "cut": {TornAfter: "spaces"},
	} {
		for _, which := range []string{"bucket", "key"} {
			t.Run(name+", "+which, func(t *testing.T) {
				t.Parallel()
				d := withSpaces(t, fakecloud.Faults{})
				if which == "key" {
					if err := step(t.Context(), d.resource(d.open(), "spaces-bucket"), time.Time{}); err != nil {
						t.Fatal(err)
					}
				}
				d.cloud.ForgetRequests()
				d.cloud.SetFaults(faults)
				err := d.bucket(time.Time{})
				var failed *providers.Failed
				if !errors.As(err, &failed) || d.cloud.Count(http.MethodPost, "/v2/spaces/keys") != 1 {
					t.Errorf("%v after %d create calls", err, d.cloud.Count(http.MethodPost, "/v2/spaces/keys"))
				}
				if left := d.cloud.Contents().SpacesKeys; len(left) > 0 {
					t.Errorf("keys without a secret stay: %v", left)
				}
				if err := d.bucket(d.clock.Now()); err != nil {
					t.Fatal(err)
				}
				if err := puts(t.Context(), d.client()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestSpacesInterrupted finds what a killed run left: a key with all rights, a key whose
// secret nobody has, two keys of the name.
func TestSpacesInterrupted(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]func(t *testing.T, d *deployment){
		"the passing key": func(_ *testing.T, d *deployment) {
			d.spacesKey(passingName(d.spec.Tag), "", "fullaccess")
		},
		"a key without its secret": func(t *testing.T, d *deployment) {
			if err := errors.Join(d.bucket(time.Time{}), os.Remove(filepath.Join(d.dir, spacesFile))); err != nil {
				t.Fatal(err)
			}
		},
		"two keys": func(t *testing.T, d *deployment) {
			if err := d.bucket(time.Time{}); err != nil {
				t.Fatal(err)
			}
			d.spacesKey(scopedName(d.spec.Tag), "shop-backups", "readwrite")
		},
		"a key of another bucket": func(t *testing.T, d *deployment) {
			d.options.Spaces.Name = "other-bucket"
			if err := d.bucket(time.Time{}); err != nil {
				t.Fatal(err)
			}
			d.options.Spaces = shopBucket
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := withSpaces(t, fakecloud.Faults{})
			left(t, d)
			if err := d.bucket(time.Time{}); err != nil {
				t.Fatal(err)
			}
			if keys := d.cloud.Contents().SpacesKeys; !slices.Equal(keys, []string{scopedName(d.spec.Tag)}) {
				t.Errorf("the account has the keys %v", keys)
			}
			if err := puts(t.Context(), d.client()); err != nil {
				t.Error(err)
			}
		})
	}
}

// spacesKey makes a key with the API alone.
func (d *deployment) spacesKey(name, bucket, permission string) {
	d.t.Helper()
	body := strings.NewReader(`{"name":"` + name + `","grants":[{"bucket":"` + bucket + `","permission":"` + permission + `"}]}`)
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/v2/spaces/keys", body)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		d.t.Fatalf("create a key: status %d", response.StatusCode)
	}
}

// TestSpacesRefused leaves no key behind when the bucket can't be had.
func TestSpacesRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		prepare func(d *deployment)
		why     string
	}{
		"another account's bucket": {func(d *deployment) { d.cloud.AddForeignBucket("shop-backups") }, "shop-backups does not exist"},
		"Spaces is down":           {func(d *deployment) { d.cloud.SetFaults(fakecloud.Faults{SpacesDown: true}) }, "look for the bucket fra1/shop-backups"},
		"a token without the right": {func(d *deployment) {
			d.cloud.SetFaults(fakecloud.Faults{MissingScope: "spaces_key:create_credentials"})
		}, "not authorized"},
		"a token that may not read": {func(d *deployment) {
			d.cloud.SetFaults(fakecloud.Faults{MissingScope: "spaces_key:read"})
		}, "not authorized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := withSpaces(t, fakecloud.Faults{})
			change.prepare(d)
			if err := d.bucket(time.Time{}); err == nil || !strings.Contains(err.Error(), change.why) {
				t.Errorf("%v, want %q", err, change.why)
			}
			if keys := d.cloud.Contents().SpacesKeys; len(keys) > 0 {
				t.Errorf("the keys %v stay", keys)
			}
			if _, err := os.Stat(filepath.Join(d.dir, spacesFile)); err == nil {
				t.Error("a key is kept that opens nothing")
			}
		})
	}
}

// TestDestroyLeavesTheBucket removes the key, keeps what was backed up, and says so. A
// deployment without a bucket asks nothing about Spaces.
func TestDestroyLeavesTheBucket(t *testing.T) {
	t.Parallel()
	d := withSpaces(t, fakecloud.Faults{})
	if err := d.bucket(time.Time{}); err != nil {
		t.Fatal(err)
	}
	var said []string
	if err := d.open().Destroy(t.Context(), d.spec, func(line string) { said = append(said, line) }); err != nil {
		t.Fatal(err)
	}
	held := d.cloud.Contents()
	if len(held.SpacesKeys) > 0 || !slices.Equal(held.Buckets, []string{"shop-backups"}) {
		t.Errorf("left: %+v", held)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, "the bucket fra1/shop-backups stays") || !strings.Contains(text, "$5.00 a month") {
		t.Errorf("destroy says:\n%s", text)
	}
	without := newDeployment(t, fakecloud.Faults{MissingScope: "spaces_key:read"})
	if err := without.open().Destroy(t.Context(), without.spec, func(string) {}); err != nil {
		t.Errorf("without a bucket: %v", err)
	}
	if n := without.cloud.Count(http.MethodGet, "/v2/spaces"); n > 0 {
		t.Errorf("%d calls about Spaces", n)
	}
}
