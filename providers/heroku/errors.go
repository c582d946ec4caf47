package heroku

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"slipway/providers"
	"slipway/providers/rest"
)

const (
	verifyPage  = "https://heroku.com/verify"
	billingPage = "https://dashboard.heroku.com/account/billing"
	statusPage  = "https://status.heroku.com"
	ticketPage  = "https://help.heroku.com"
	again       = rest.Again
	logIn       = "log in with: heroku login; or set HEROKU_API_KEY to a key of https://dashboard.heroku.com/account/applications"
)

var errNoToken = errors.New("there is no login for Heroku: HEROKU_API_KEY is not set, and heroku login left none in ~/.netrc")

// answers turns an answer that is not a success into a *rest.APIError. The library's own
// transport would lose the request id, and the status of an answer that is no JSON.
type answers struct {
	base  http.RoundTripper
	token rest.Secret
}

// RoundTrip sends the request.
func (t answers) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.base.RoundTrip(r)
	if err != nil || response.StatusCode/100 == 2 {
		return response, err
	}
	defer func() { _ = response.Body.Close() }()
	e := &rest.APIError{Method: r.Method, Path: r.URL.Path, Status: response.StatusCode, RequestID: t.clean(response.Header.Get("Request-Id"))}
	var said struct{ ID, Message string }
	if json.NewDecoder(response.Body).Decode(&said) == nil {
		e.ID, e.Message = t.clean(said.ID), t.clean(said.Message)
	}
	return nil, e
}

func (t answers) clean(text string) string {
	return rest.Shortened(t.token.Redact(strings.TrimSpace(text)))
}

// plain is an error of the library without the request that carried the token.
func (p *Provider) plain(err error) error {
	if e, ok := errors.AsType[*rest.APIError](err); ok {
		return e
	}
	return p.token.Plain(err)
}

// failed explains an error: what was being done, why it failed as far as that is
// known, and what to do next. err may be the library's.
func (p *Provider) failed(doing string, err error) error {
	err = p.plain(err)
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if rest.Explained(err) {
		return err
	}
	if e, ok := errors.AsType[*rest.APIError](err); ok {
		return answered(e, doing)
	}
	_, malformed := errors.AsType[*json.SyntaxError](err)
	_, mistyped := errors.AsType[*json.UnmarshalTypeError](err)
	if malformed || mistyped {
		return &providers.Failed{
			Err:  fmt.Errorf("%s: the server at %s does not answer like Heroku's API: %w", doing, p.api.URL, err),
			Next: "check HEROKU_API_URL if it is set; then " + again,
		}
	}
	return &providers.Failed{
		Err:  fmt.Errorf("%s: no answer from Heroku's API at %s: %w", doing, p.api.URL, err),
		Next: "check the network, and HEROKU_API_URL if it is set; then " + again,
	}
}

// answered explains an error that the API answered with.
func answered(e *rest.APIError, doing string) error {
	if next := unverified(e); next != "" {
		return &providers.Refused{Err: fmt.Errorf("%s: Heroku wants the account to be verified with a way to pay: %w", doing, e), Next: next}
	}
	switch {
	case e.Status == http.StatusUnauthorized:
		return &providers.Refused{
			Err:  fmt.Errorf("%s: Heroku does not accept the login; it is wrong, expired or revoked: %w", doing, e),
			Next: logIn,
		}
	case e.ID == "suspended":
		return &providers.Refused{Err: fmt.Errorf("%s: Heroku has suspended the account or the app: %w", doing, e), Next: "ask Heroku's support why: " + ticketPage}
	case e.ID == "delinquent" || e.Status == http.StatusPaymentRequired:
		return &providers.Refused{Err: fmt.Errorf("%s: the account has a billing problem: %w", doing, e), Next: "see " + billingPage + ", then " + again}
	case e.Status == http.StatusForbidden:
		return &providers.Refused{Err: fmt.Errorf("%s: the account may not do this: %w", doing, e),
			Next: "log in as somebody who may (heroku login, or HEROKU_API_KEY), or ask the app's or team's owner for the right"}
	case e.Status == http.StatusNotFound || e.Status == http.StatusGone:
		return &providers.Failed{Err: fmt.Errorf("%s: it does not exist (any more): %w", doing, e), Next: again}
	case e.Status == http.StatusConflict:
		return &providers.Failed{Err: fmt.Errorf("%s: it conflicts with something that exists or is under way: %w", doing, e), Next: "wait a minute, then " + again}
	case e.Status == http.StatusTooManyRequests:
		return &providers.Failed{Err: fmt.Errorf("%s: too many API calls with this account: %w", doing, e), Next: "wait some minutes, then " + again}
	case e.Status >= 500:
		return &providers.Failed{Err: fmt.Errorf("%s: Heroku's API has trouble: %w", doing, e), Next: "see " + statusPage + ", then " + again}
	case e.Status < 400:
		return &providers.Failed{
			Err:  fmt.Errorf("%s: that address redirects elsewhere, and the token is not sent there: %w", doing, e),
			Next: "set HEROKU_API_URL to the API's own address, or unset it",
		}
	}
	return refusedParameters(e, doing)
}

// unverified is what to do if the account has no way to pay yet; else empty. The API
// says so with one of three statuses.
func unverified(e *rest.APIError) string {
	switch e.Status {
	case http.StatusPaymentRequired, http.StatusForbidden, http.StatusUnprocessableEntity:
		if strings.Contains(e.ID, "verif") || strings.Contains(strings.ToLower(e.Message), "verify") {
			return "add a way to pay at " + verifyPage + ", then " + again
		}
	}
	return ""
}

// refusedParameters explains an answer to what can't be done as it was asked.
func refusedParameters(e *rest.APIError, doing string) error {
	message := strings.ToLower(e.Message)
	wrapped := fmt.Errorf("%s: %w", doing, e)
	switch {
	case isTaken(e):
		return &providers.Usage{Err: fmt.Errorf("%s: the name is taken, and names are global at Heroku: %w", doing, e), Next: otherName}
	case strings.Contains(message, "limit"):
		return &providers.Refused{Err: wrapped, Next: "remove an app that is not needed, or ask for a higher limit at " + ticketPage}
	case strings.Contains(message, "dyno") || strings.Contains(message, "quantity"):
		return &providers.Usage{Err: wrapped, Next: "choose another size with --size, or another number of dynos"}
	}
	return &providers.Refused{Err: wrapped, Next: "if the reason is not clear, ask " + ticketPage + " and name the request id"}
}

// otherName is what to do about a name that is somebody else's.
const otherName = "give the deployment another name with --name"

// isTaken tells whether the API refused a name that somebody has already.
func isTaken(err error) bool {
	e, ok := errors.AsType[*rest.APIError](err)
	return ok && e.Status == http.StatusUnprocessableEntity &&
		(strings.Contains(strings.ToLower(e.Message), "already taken") || strings.Contains(strings.ToLower(e.Message), "already in use"))
}
