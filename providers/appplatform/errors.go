package appplatform

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"slipway/providers"
	"slipway/providers/digitalocean/account"
	"slipway/providers/rest"
)

const again = rest.Again

// failed explains an error of godo: what was being done, why it failed as far as that is
// known, and what to do next.
func (p *Provider) failed(doing string, err error) error {
	err = p.api.Plain(err)
	e, ok := errors.AsType[*rest.APIError](err)
	if !ok || rest.Explained(err) {
		return p.api.Failed(doing, err)
	}
	message := strings.ToLower(e.Message)
	about := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(message, w) {
				return false
			}
		}
		return true
	}
	wrap := func(why string) error { return fmt.Errorf("%s: %s: %w", doing, why, err) }
	switch {
	case e.Status == http.StatusForbidden && about("limit"):
		return &providers.Refused{Err: wrap("the account's limit is reached"),
			Next: "remove an app that is not needed, or ask for a higher limit at " + account.TicketPage}
	case e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity && e.Status != http.StatusConflict:
		return p.api.Failed(doing, err)
	case about("pinned"):
		return &providers.Failed{Err: wrap("a rollback of the app is neither committed nor reverted"), Next: "wait until it has ended, then " + again}
	case about("instance size"):
		return &providers.Usage{Err: wrap("the size of its instances does not fit"), Next: "choose another with --size, or another number with --instances"}
	case about("region"):
		return &providers.Usage{Err: wrap("App Platform is not in this region"), Next: "choose another with --region"}
	case about("domain"):
		return &providers.Usage{Err: wrap("the domain can't be used"), Next: "choose another with --domain, or remove it from the app that has it"}
	case about("payment"), about("billing"):
		return &providers.Refused{Err: wrap("the account has a billing problem"), Next: "see https://cloud.digitalocean.com/account/billing"}
	case about("image"):
		return &providers.Failed{Err: wrap("App Platform does not find the app's image"), Next: again}
	}
	return p.api.Failed(doing, err)
}

// isTaken tells whether the API refused what is there already.
func isTaken(err error) bool { return rest.Status(err) == http.StatusConflict }

func errNoImage(image string) error {
	return fmt.Errorf("image %q makes no sense for App Platform: the image is made of the app", image)
}
