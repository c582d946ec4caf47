package digitalocean

import (
	"context"
	"testing"

	"slipway/providers"
	"slipway/providers/digitalocean/fakecloud"
	"slipway/providers/digitalocean/fakecloud/contract"
)

// life deploys a droplet, gives it another size, asks what there is, and destroys. Errors
// are no matter here.
func (d *deployment) life(ctx context.Context) {
	d.options.Backups, d.options.ReservedIP = providers.On, providers.On
	_ = d.deploy(d.open())
	d.spec.Size = "s-1vcpu-2gb"
	_ = d.deploy(d.open())
	p := d.open()
	_ = p.Check(ctx, d.spec)
	_, _ = p.Server(ctx, d.spec)
	_, _ = p.Holdings(ctx, d.spec)
	_, _ = p.Shared(ctx, d.spec)
	_ = p.Destroy(ctx, d.spec, func(string) {})
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	contract.EmptyAnswers(t, func() (string, func(string)) {
		d := newDeployment(t, fakecloud.Faults{})
		return d.url, func(api string) {
			d.url = api
			d.life(t.Context())
		}
	})
}
