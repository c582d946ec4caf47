package heroku

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	api "github.com/heroku/heroku-go/v6"

	"slipway/providers"
	"slipway/providers/rest"
)

// Check asks whether the account would allow what spec asks for: that it may log in and
// has a way to pay, that region, stack and size exist, that it is in the team, and that
// the app's name is not somebody else's. It makes only GET calls.
func (p *Provider) Check(ctx context.Context, spec providers.Spec) error {
	if err := checkTag(spec.Tag); err != nil {
		return err
	}
	account, err := p.whose(ctx)
	if err != nil {
		return err
	}
	if account.SuspendedAt != nil {
		return &providers.Refused{Err: fmt.Errorf("the account %s is suspended by Heroku", account.Email), Next: "ask Heroku's support why: " + ticketPage}
	}
	if err := p.checkTeam(ctx); err != nil {
		return err
	}
	existing, err := p.app(ctx, spec, time.Time{})
	if err != nil || existing != nil {
		return err // an app that exists need not be on sale
	}
	// A team pays for its apps itself.
	if !account.Verified && p.options.Team == "" {
		return &providers.Refused{
			Err:  fmt.Errorf("the account %s has no way to pay at Heroku yet, without which it can make no app", account.Email),
			Next: "add one at " + verifyPage + ", then " + again,
		}
	}
	sale, err := p.Catalog(ctx)
	if err != nil {
		return err
	}
	if _, err := sale.choose(spec); err != nil {
		return err
	}
	_, err = p.sizeFor(ctx, spec, nil)
	return err
}

// whose is the account that the token belongs to.
func (p *Provider) whose(ctx context.Context) (*api.Account, error) {
	if p.account != nil {
		return p.account, nil
	}
	account, err := p.api.AccountInfo(ctx)
	if err != nil {
		return nil, p.failed("ask about the Heroku account", err)
	}
	p.account = account
	return account, nil
}

func (p *Provider) checkTeam(ctx context.Context) error {
	if p.options.Team == "" {
		return nil
	}
	_, err := p.api.TeamInfo(ctx, url.PathEscape(p.options.Team))
	if err = p.plain(err); rest.IsNotFound(err) || rest.Status(err) == http.StatusForbidden {
		return &providers.Usage{
			Err:  fmt.Errorf("the account is not in a team %q at Heroku: %w", p.options.Team, err),
			Next: "heroku teams lists the names; give one with --team, or leave it out",
		}
	}
	return p.failed("look for the team "+p.options.Team, err)
}
