package account

import (
	"context"
	"fmt"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/rest"
)

// Standing is what DigitalOcean says of the account; one that it has locked is a
// *providers.Refused. warning is a sentence for people, and mostly empty.
func (a *Account) Standing(ctx context.Context) (account *godo.Account, warning string, err error) {
	account, err = Whole(a.Account.Get(ctx))
	if err = a.Failed("ask about the DigitalOcean account", a.Plain(err)); err != nil {
		return nil, "", err
	}
	switch account.Status {
	case "locked":
		return nil, "", &providers.Refused{
			Err:  fmt.Errorf("DigitalOcean has locked the account: %s", rest.Shortened(a.token.Redact(account.StatusMessage))),
			Next: "ask DigitalOcean's support why: " + TicketPage,
		}
	case "warning":
		warning = fmt.Sprintf("DigitalOcean warns about the account: %s See https://cloud.digitalocean.com/account/billing", rest.Shortened(a.token.Redact(account.StatusMessage)))
	}
	return account, warning, nil
}

// Secretless takes the token out of an error of another client's than godo's.
func (a *Account) Secretless(err error) error { return a.token.Plain(err) }
