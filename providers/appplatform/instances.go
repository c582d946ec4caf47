package appplatform

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
)

var _ providers.Instancer = (*Provider)(nil)

// Instances lists the instances of the app's components that go on. How they are is known of
// a component's together.
func (p *Provider) Instances(ctx context.Context, spec providers.Spec) ([]providers.Instance, error) {
	app, err := p.serving(ctx, spec)
	if err != nil {
		return nil, err
	}
	running, _, err := p.api.Apps.GetAppInstances(ctx, app.ID, nil)
	if err != nil {
		return nil, p.failed("list the app's instances", err)
	}
	health, err := account.Whole(p.api.Apps.GetAppHealth(ctx, app.ID))
	if err != nil {
		return nil, p.failed("ask how the app's instances are", err)
	}
	var all []providers.Instance
	for _, i := range running {
		if i.ComponentType != godo.APPINSTANCECOMPONENTTYPE_Job {
			all = append(all, providers.Instance{Process: i.ComponentName, Name: cmp.Or(i.InstanceName, i.InstanceAlias), State: stateOf(health, i.ComponentName)})
		}
	}
	slices.SortFunc(all, func(a, b providers.Instance) int {
		return cmp.Or(cmp.Compare(a.Process, b.Process), cmp.Compare(a.Name, b.Name))
	})
	return all, nil
}

// stateOf says how a component's instances are; "" if App Platform does not.
func stateOf(health *godo.AppHealth, component string) string {
	if health == nil {
		return ""
	}
	at := slices.IndexFunc(health.Components, func(c *godo.ComponentHealth) bool { return c.Name == component })
	if at < 0 {
		return ""
	}
	c := health.Components[at]
	switch {
	case c.ReplicasReady < c.ReplicasDesired:
		return fmt.Sprintf("%d of %d ready", c.ReplicasReady, c.ReplicasDesired)
	case c.State == godo.COMPONENTHEALTHSTATUS_Healthy:
		return "healthy"
	case c.State == godo.COMPONENTHEALTHSTATUS_Unhealthy:
		return "unhealthy"
	}
	return ""
}
