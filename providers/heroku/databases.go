package heroku

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// OpenDatabase refuses as Databases does.
func (p *Provider) OpenDatabase(ctx context.Context, spec providers.Spec, _ string, _ providers.Command) (int, error) {
	_, err := p.Databases(ctx, spec)
	return 0, err
}

// DumpDatabase refuses as Databases does.
func (p *Provider) DumpDatabase(ctx context.Context, spec providers.Spec, _ string, _ io.Writer) error {
	_, err := p.Databases(ctx, spec)
	return err
}

// LoadDatabase refuses as Databases does.
func (p *Provider) LoadDatabase(ctx context.Context, spec providers.Spec, _ string, _ io.Reader, _ func(line string)) error {
	_, err := p.Databases(ctx, spec)
	return err
}
