package appplatform

import (
	"context"
	"io"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// life deploys, asks all that can be asked, and destroys. Errors are no matter here.
func (w *world) life(ctx context.Context) {
	app := release("one")
	app.Services, app.Variables = []string{"postgres"}, map[string]string{"KEY": "value"}
	_ = w.deploy(w.open(), app)
	p, quiet := w.open(), func(string) {}
	_ = p.Check(ctx, w.spec)
	_, _ = p.Holdings(ctx, w.spec)
	_, _ = p.Shared(ctx, w.spec)
	_, _ = p.Instances(ctx, w.spec)
	_ = p.Logs(ctx, w.spec, providers.LogQuery{Lines: 1}, io.Discard)
	_, _ = p.Releases(ctx, w.spec)
	_, _ = p.DatabaseServers(ctx, w.spec)
	_ = p.Admit(ctx, w.spec, "postgres", "203.0.113.7", true)
	_, _ = p.SetVariables(ctx, w.spec, map[string]string{"KEY": "other"}, nil, quiet)
	_ = p.RollBack(ctx, w.spec, "one", quiet)
	_ = p.Destroy(ctx, w.spec, quiet)
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	contract.EmptyAnswers(t, func() (string, func(string)) {
		w := newWorld(t, fakecloud.Faults{})
		return w.url, func(api string) {
			w.url = api
			w.life(t.Context())
		}
	})
}
