package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
	"slipway/providers/digitalocean/fakecloud/machines"
	"slipway/providers/local/localtest"
)

// Token must show nowhere but in requests to the cloud.
const Token = "dop_v1_6f1c0e5ecre7"

// Cloud is a simulated DigitalOcean that boots real machines.
type Cloud struct {
	*fakecloud.Cloud
	// URL is where its API answers, SpacesURL where Spaces does; machines reach that too.
	URL, SpacesURL string
}

// NewCloud makes a cloud, which ends with the test, with packages on its droplets beside those of a rented
// server. It is made before the operator, whose deployments end first.
func NewCloud(t testing.TB, packages ...string) Cloud {
	t.Helper()
	m := &machines.Machines{Dir: t.TempDir(), Cache: localtest.Cache(t), Baked: packages, Log: func(string, ...any) {}}
	t.Cleanup(m.EndLeading)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := m.HaltAll(ctx); err != nil {
			t.Error(err)
		}
	})
	cloud, err := fakecloud.New(fakecloud.Options{Token: Token, Boot: m.Boot, Stop: m.Stop, Halt: m.Halt, Lead: m.Lead})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	server := httptest.NewServer(contract.Held(t, cloud))
	t.Cleanup(server.Close)
	spaces := httptest.NewServer(cloud.Spaces())
	t.Cleanup(spaces.Close)
	m.Reachable(spaces.Listener.Addr().String())
	return Cloud{cloud, server.URL, spaces.URL}
}

// OnlyGETs fails if anything was asked of the cloud that changes it.
func (s Cloud) OnlyGETs(t testing.TB) {
	t.Helper()
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s where nothing may change", r.Method, r.Path)
		}
	}
}

// Operator has the cloud's address and token in the environment.
func (s Cloud) Operator(t testing.TB) *Operator {
	t.Helper()
	o := NewOperator(t, 2*time.Minute)
	o.Env = []string{"DIGITALOCEAN_API_URL=" + s.URL, "DIGITALOCEAN_TOKEN=" + Token, "DIGITALOCEAN_SPACES_URL=" + s.SpacesURL}
	return o
}
