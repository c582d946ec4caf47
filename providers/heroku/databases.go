package heroku

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slipway/providers"
)

// Databases refuses, a *providers.Usage: Heroku's own client opens its databases.
func (p *Provider) Databases(ctx context.Context, spec providers.Spec) ([]string, error) {
	app, err := p.app(ctx, spec, time.Time{})
	if err != nil {
		return nil, err
	}
	name := spec.Name
	if app != nil {
		name = app.Name
	}
	return nil, &providers.Usage{Err: errors.New("databases at Heroku are opened by its own client"),
		Next: fmt.Sprintf("heroku pg:psql --app %s, heroku redis:cli --app %s, or heroku pg:backups:capture --app %s for a dump", name, name, name)}
}
