package fakecloud_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"slipway/providers/digitalocean/fakecloud"
)

// api is a client of the cloud's API.
func (c client) api() *godo.Client {
	c.t.Helper()
	api := godo.NewFromToken("token")
	api.HTTPClient.Transport = bearer{}
	api.BaseURL = c.base
	return api
}

// bearer sends the token and tries nothing again.
type bearer struct{}

func (bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer token")
	return http.DefaultTransport.RoundTrip(r)
}

// answered is the status with which the API refused a call; 0 if it did not.
func answered(err error) int {
	if refused, ok := errors.AsType[*godo.ErrorResponse](err); ok {
		return refused.Response.StatusCode
	}
	return 0
}

// login is what a client of the registry logs in with.
func login(t *testing.T, api *godo.Client, writes bool, seconds int) authn.Authenticator {
	t.Helper()
	given, _, err := api.Registry.DockerCredentials(t.Context(), &godo.RegistryDockerCredentialsRequest{ReadWrite: writes, ExpirySeconds: &seconds})
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	if err := json.Unmarshal(given.DockerConfigJSON, &config); err != nil {
		t.Fatal(err)
	}
	text, err := base64.StdEncoding.DecodeString(config.Auths["registry.digitalocean.com"].Auth)
	user, password, _ := strings.Cut(string(text), ":")
	if err != nil || user == "" {
		t.Fatalf("the credentials are %s, %v", given.DockerConfigJSON, err)
	}
	return &authn.Basic{Username: user, Password: password}
}

// served serves the cloud's registry and returns its host.
func served(t *testing.T, cloud *fakecloud.Cloud) string {
	server := httptest.NewServer(cloud.Registry())
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// push pushes an image that nobody has seen.
func push(t *testing.T, to string, as authn.Authenticator) error {
	t.Helper()
	image, err := random.Image(1<<10, 2)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := name.ParseReference(to)
	if err != nil {
		t.Fatal(err)
	}
	return remote.Write(reference, image, remote.WithAuth(as), remote.WithContext(t.Context()))
}

// refusedWith tells whether a registry refused with a status.
func refusedWith(err error, status int) bool {
	refused, ok := errors.AsType[*transport.Error](err)
	return ok && refused.StatusCode == status
}

func TestRegistry(t *testing.T) {
	c, cloud := open(t, fakecloud.Options{})
	api, ctx := c.api(), t.Context()
	if _, _, err := api.Registry.Get(ctx); answered(err) != 404 {
		t.Errorf("without a registry: %v", err)
	}
	cloud.AddForeignRegistry("taken")
	if _, err := api.Registry.ValidateName(ctx, &godo.RegistryValidateNameRequest{Name: "taken"}); answered(err) != 409 {
		t.Errorf("another account's name: %v", err)
	}
	if _, err := api.Registry.ValidateName(ctx, &godo.RegistryValidateNameRequest{Name: "ours"}); err != nil {
		t.Error(err)
	}
	ask := &godo.RegistryCreateRequest{Name: "ours", SubscriptionTierSlug: "starter", Region: "fra1"}
	if made, _, err := api.Registry.Create(ctx, ask); err != nil || made.Name != "ours" || made.Region != "fra1" {
		t.Fatalf("made %+v, %v", made, err)
	}
	if _, _, err := api.Registry.Create(ctx, ask); answered(err) != 409 {
		t.Errorf("a second registry: %v", err)
	}
	host := served(t, cloud)
	writer := login(t, api, true, 600)
	for _, refused := range []struct {
		as     authn.Authenticator
		to     string
		status int
	}{
		{authn.Anonymous, "ours/web:1", 401},
		{&authn.Basic{Username: "token", Password: "token"}, "ours/web:1", 401},
		{login(t, api, false, 600), "ours/web:1", 403},
		{writer, "taken/web:1", 404},
	} {
		if err := push(t, host+"/"+refused.to, refused.as); !refusedWith(err, refused.status) {
			t.Errorf("a push to %s: %v, want %d", refused.to, err, refused.status)
		}
	}
	if err := push(t, host+"/ours/web:1", writer); err != nil {
		t.Fatal(err)
	}
	if err := push(t, host+"/ours/other:1", writer); !refusedWith(err, 403) || !strings.Contains(err.Error(), "limit is 1") {
		t.Errorf("a second repository: %v", err)
	}
	if grown, _, err := api.Registry.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: "basic"}); err != nil || grown.Tier.MonthlyPriceInCents != 500 {
		t.Errorf("the basic tier: %+v, %v", grown, err)
	}
	if err := push(t, host+"/ours/team/other:1", writer); err != nil {
		t.Error(err)
	}
	if _, _, err := api.Registry.UpdateSubscription(ctx, &godo.RegistrySubscriptionUpdateRequest{TierSlug: "starter"}); answered(err) != 412 {
		t.Errorf("two repositories in the starter tier: %v", err)
	}
	if got := fmt.Sprint(cloud.Contents().Repositories); got != "[team/other web]" {
		t.Errorf("the repositories are %s", got)
	}
}

func TestTagsAndManifests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.json")
	c, cloud := open(t, fakecloud.Options{StateFile: file})
	cloud.AddRegistry("ours", "basic")
	api, ctx, host := c.api(), t.Context(), served(t, cloud)
	writer := login(t, api, true, 600)
	for _, tag := range []string{"1", "2", "2"} {
		if err := push(t, host+"/ours/team/web:"+tag, writer); err != nil {
			t.Fatal(err)
		}
	}
	tags, _, err := api.Registry.ListRepositoryTags(ctx, "ours", "team/web", &godo.ListOptions{PerPage: 200})
	if err != nil || len(tags) != 2 {
		t.Fatalf("the tags are %v, %v", tags, err)
	}
	manifests, _, err := api.Registry.ListRepositoryManifests(ctx, "ours", "team/web", nil)
	if err != nil || len(manifests) != 3 || manifests[0].CompressedSizeBytes < 2<<10 {
		t.Fatalf("the manifests are %v, %v", manifests, err)
	}
	all, _, err := api.Registry.ListRepositoriesV2(ctx, "ours", nil)
	if err != nil || len(all) != 1 || all[0].Name != "team/web" || all[0].TagCount != 2 || all[0].ManifestCount != 3 {
		t.Errorf("the repositories are %v, %v", all, err)
	}
	cloud.Close()
	c, cloud = open(t, fakecloud.Options{StateFile: file})
	api, host = c.api(), served(t, cloud)
	reference, _ := name.ParseReference(host + "/ours/team/web:2")
	user, password := cloud.RegistryLogin()
	pulled, err := remote.Image(reference, remote.WithAuth(&authn.Basic{Username: user, Password: password}))
	if err != nil {
		t.Fatal(err)
	}
	if layers, err := pulled.Layers(); err != nil || len(layers) != 2 {
		t.Errorf("after a restart there are %d layers, %v", len(layers), err)
	}
	if _, err := api.Registry.DeleteTag(ctx, "ours", "team/web", "2"); err != nil {
		t.Error(err)
	}
	if _, err := remote.Image(reference, remote.WithAuth(writer)); !refusedWith(err, 404) {
		t.Errorf("a tag that was deleted: %v", err)
	}
	for _, m := range manifests {
		if _, err := api.Registry.DeleteManifest(ctx, "ours", "team/web", m.Digest); err != nil {
			t.Error(err)
		}
	}
	if !cloud.Contents().Empty() {
		t.Errorf("left: %+v", cloud.Contents())
	}
	if _, err := api.Registry.Delete(ctx); err != nil {
		t.Error(err)
	}
}

func TestRegistryFaults(t *testing.T) {
	clock := fakecloud.NewVirtualClock(time.Unix(1_800_000_000, 0))
	c, cloud := open(t, fakecloud.Options{Now: clock.Now, Faults: fakecloud.Faults{PaymentRequired: "registry"}})
	api := c.api()
	ask := &godo.RegistryCreateRequest{Name: "ours", SubscriptionTierSlug: "basic"}
	if _, _, err := api.Registry.Create(t.Context(), ask); answered(err) != 402 {
		t.Errorf("an account that can't pay: %v", err)
	}
	cloud.SetFaults(fakecloud.Faults{DropAfter: "registry"})
	if _, _, err := api.Registry.Create(t.Context(), ask); err == nil || answered(err) != 0 {
		t.Errorf("a lost answer: %v", err)
	}
	if _, _, err := api.Registry.Get(t.Context()); err != nil {
		t.Errorf("after a lost answer the registry is there: %v", err)
	}
	host, writer := served(t, cloud), login(t, api, true, 60)
	cloud.SetFaults(fakecloud.Faults{RegistryFull: true})
	if err := push(t, host+"/ours/web:1", writer); !refusedWith(err, 403) {
		t.Errorf("a registry that is full: %v", err)
	}
	cloud.SetFaults(fakecloud.Faults{RegistryListLag: 10 * time.Second})
	if err := push(t, host+"/ours/web:1", writer); err != nil {
		t.Error(err)
	}
	if _, _, err := api.Registry.ListRepositoryTags(t.Context(), "ours", "web", nil); answered(err) != 404 {
		t.Errorf("a tag that is not listed yet: %v", err)
	}
	if err := clock.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := push(t, host+"/ours/web:1", writer); !refusedWith(err, 401) {
		t.Errorf("a login that has ended: %v", err)
	}
	if tags, _, err := api.Registry.ListRepositoryTags(t.Context(), "ours", "web", nil); err != nil || len(tags) != 1 {
		t.Errorf("a minute later the tags are %v, %v", tags, err)
	}
}
