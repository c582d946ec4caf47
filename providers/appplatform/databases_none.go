package appplatform

import (
	"context"

	"slipway/providers"
)

// databaseDeliveries are the managed databases of an app.
func (p *Provider) databaseDeliveries(_ providers.Spec, _ providers.App) []providers.Resource {
	return nil
}

// bindings are the managed databases as the app's spec names them.
func (p *Provider) bindings(_ context.Context, _ providers.Spec, _ providers.App) ([]DatabaseBinding, error) {
	return nil, nil
}

// admitApp lets the app, and nobody else, connect to its databases.
func (p *Provider) admitApp(_ context.Context, _ providers.Spec, _ providers.App, _ string) error {
	return nil
}

// databaseHoldings are the managed databases that exist for the deployment.
func (p *Provider) databaseHoldings(_ context.Context, _ providers.Spec) ([]providers.Holding, error) {
	return nil, nil
}

// Data lists the managed databases: what is in them goes with them.
func (p *Provider) Data(_ context.Context, _ providers.Spec) ([]providers.Datum, error) {
	return nil, nil
}

// destroyDatabases removes the managed databases of the deployment.
func (p *Provider) destroyDatabases(_ context.Context, _ providers.Spec, _ func(line string)) error {
	return nil
}
