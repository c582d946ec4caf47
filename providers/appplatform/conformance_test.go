package appplatform

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/conformance"
	"slipway/providers/digitalocean/fakecloud"
)

// TestConformance takes App Platform through what every provider promises.
func TestConformance(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t *testing.T) conformance.Opened {
		pages := &pages{}
		server := httptest.NewServer(pages)
		t.Cleanup(server.Close)
		w := newWorld(t, fakecloud.Faults{}, func(o *fakecloud.Options) {
			o.Apps, o.LiveURL = pages, func(string, string) string { return server.URL }
		})
		return conformance.Opened{
			Provider: w.open(), Spec: w.spec, Again: func(testing.TB) providers.Provider { return w.open() }, Kept: []string{"registry"},
			App: release("one"), Next: release("two"), Broken: release("broken"),
		}
	})
}

// pages runs apps whose page is the name of their release. One that is called broken does
// not start.
type pages struct {
	mu      sync.Mutex
	release string
}

func (p *pages) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = w.Write([]byte(p.release)) // the visitor may have gone
}

// Deploy brings a deployment up.
func (p *pages) Deploy(_ context.Context, run fakecloud.AppRun) error {
	for _, phase := range []godo.DeploymentPhase{godo.DeploymentPhase_Building, godo.DeploymentPhase_PendingDeploy, godo.DeploymentPhase_Deploying} {
		run.Progress(phase)
	}
	name := variableOf(run.Spec, ReleaseVariable)
	if name == "broken" {
		return &fakecloud.AppFailure{Component: webComponent, Phase: godo.DeploymentPhase_Deploying, Code: fakecloud.CodeExitNonZero, Message: "it ended"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release = name
	return nil
}

// Remove removes an app.
func (p *pages) Remove(context.Context, string) error { return nil }

// Instances are none.
func (p *pages) Instances(string) []fakecloud.AppInstance { return nil }

// Addresses are none.
func (p *pages) Addresses(string) []netip.Addr { return nil }

// Logs are none.
func (p *pages) Logs(context.Context, fakecloud.AppLogQuery, func(fakecloud.AppLogLine) error) error {
	return nil
}

// Exec runs nothing.
func (p *pages) Exec(context.Context, fakecloud.AppExec) error { return nil }
