package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/digitalocean/godo"

	"slipway/providers"
	"slipway/providers/rest"
)

// Pages of DigitalOcean's that people are sent to.
const (
	AccessPage = "https://cloud.digitalocean.com/account/api/tokens"
	LimitPage  = "https://cloud.digitalocean.com/account/team/droplet_limit_increase"
	StatusPage = "https://status.digitalocean.com"
	TicketPage = "https://cloudsupport.digitalocean.com"
)

// Plain turns an error of godo into one without the token and without the request
// that carried the token.
func (a *Account) Plain(err error) error {
	var answer *godo.ErrorResponse
	if errors.As(err, &answer) && answer.Response != nil {
		e := &rest.APIError{
			Status: answer.Response.StatusCode, RequestID: a.token.Redact(answer.RequestID),
			Message: rest.Shortened(a.token.Redact(strings.TrimSpace(answer.Message))),
		}
		if r := answer.Response.Request; r != nil {
			e.Method, e.Path = r.Method, r.URL.Path
		}
		return e
	}
	return a.token.Plain(err)
}

// Failed explains an error: what was being done, why it failed as far as that is
// known, and what to do next. err has been through Plain.
func (a *Account) Failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if rest.Explained(err) {
		return err
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &providers.Failed{
			Err:  fmt.Errorf("%s: the server at %s does not answer like DigitalOcean's API: %w", doing, a.BaseURL.Host, err),
			Next: "check DIGITALOCEAN_API_URL if it is set; then " + rest.Again,
		}
	}
	var e *rest.APIError
	if !errors.As(err, &e) {
		return &providers.Failed{
			Err:  fmt.Errorf("%s: no answer from DigitalOcean's API at %s: %w", doing, a.BaseURL.Host, err),
			Next: "check the network, and DIGITALOCEAN_API_URL if it is set; then " + rest.Again,
		}
	}
	return answered(e, doing, err)
}

// answered explains an error that the API answered with.
func answered(e *rest.APIError, doing string, err error) error {
	wrapped := fmt.Errorf("%s: %w", doing, err)
	message := strings.ToLower(e.Message)
	switch {
	case strings.Contains(message, "account") && strings.Contains(message, "locked"):
		return lockedAccount(wrapped)
	case e.Status == http.StatusUnauthorized:
		return &providers.Refused{
			Err:  fmt.Errorf("%s: DigitalOcean does not accept the token; it is wrong, expired or revoked: %w", doing, err),
			Next: "make a new token at " + AccessPage + " and set DIGITALOCEAN_ACCESS_TOKEN to it",
		}
	case e.Status == http.StatusForbidden:
		return missingScope(doing, e)
	case e.Status == http.StatusPaymentRequired:
		return billing(wrapped)
	case e.Status == http.StatusNotFound:
		return &providers.Failed{Err: fmt.Errorf("%s: it does not exist (any more): %w", doing, err), Next: rest.Again}
	case e.Status == http.StatusConflict:
		return &providers.Failed{Err: fmt.Errorf("%s: it conflicts with something that exists: %w", doing, err), Next: rest.Again}
	case e.Status == http.StatusTooManyRequests:
		return &providers.Failed{
			Err:  fmt.Errorf("%s: too many API calls with this account's tokens: %w", doing, err),
			Next: "wait a minute (an hour if that is not enough), then " + rest.Again,
		}
	case e.Status >= 500:
		return &providers.Failed{
			Err:  fmt.Errorf("%s: DigitalOcean's API has trouble: %w", doing, err),
			Next: "see " + StatusPage + ", then " + rest.Again,
		}
	case e.Status < 400:
		return &providers.Failed{
			Err:  fmt.Errorf("%s: that address redirects elsewhere, and the token is not sent there: %w", doing, err),
			Next: "set DIGITALOCEAN_API_URL to the API's own address, or unset it",
		}
	}
	return unprocessable(message, doing, wrapped)
}

// cause is one reason for a 422, recognised by words in the API's text.
type cause struct {
	// words must all be in the message.
	words []string
	// why is the reason as people read it.
	why string
	// wrap adds what to do next.
	wrap func(err error) error
}

// causes are tried in order. The words are from the texts of the live API.
var causes = []cause{
	{[]string{"droplet limit"}, "the account's droplet limit is reached", func(err error) error {
		return &providers.Refused{Err: err, Next: "remove a droplet that is not needed, or ask for a higher limit at " + LimitPage}
	}},
	{[]string{"reserved ip", "limit"}, "the account's limit of reserved IPs is reached", reservedIPLimit},
	{[]string{"floating ip", "limit"}, "the account's limit of reserved IPs is reached", reservedIPLimit},
	{[]string{"payment"}, "the account has a billing problem", billing},
	{[]string{"billing"}, "the account has a billing problem", billing},
	{[]string{"pending event"}, "another action on the droplet is not finished", tryLater},
	{[]string{"try again"}, "DigitalOcean calls it temporary", tryLater},
	{[]string{"user data"}, "the first-boot configuration was refused", func(err error) error {
		return &providers.Usage{Err: err, Next: "make the cloud-config smaller than 64 KiB"}
	}},
	{[]string{"disk image"}, "a disk can't get smaller", func(err error) error {
		return &providers.Usage{Err: err, Next: "choose another with --size, with a disk that is at least as large"}
	}},
	{[]string{"too large to fit"}, "there is no room for that size where the droplet is", func(err error) error {
		return &providers.Refused{Err: err, Next: "choose another with --size, or try again later"}
	}},
	{[]string{"image"}, "the image is not (or no longer) offered", func(err error) error {
		return &providers.Usage{Err: err, Next: "choose another with --image; doctl compute image list-distribution --public lists them"}
	}},
	{[]string{"vpc"}, "the VPC does not fit", func(err error) error {
		return &providers.Usage{Err: err, Next: "choose a VPC in the droplet's region"}
	}},
	{[]string{"size"}, "the size is not sold in this region", func(err error) error {
		return &providers.Usage{Err: err, Next: "choose another with --size, or another --region"}
	}},
	{[]string{"region"}, "the region takes no droplets", func(err error) error {
		return &providers.Usage{Err: err, Next: "choose another with --region"}
	}},
	{[]string{"key", "invalid"}, "the SSH key is not in the account", tryLater},
	{[]string{"already in use"}, "it is in use already", tryLater},
}

func unprocessable(message, doing string, err error) error {
	for _, c := range causes {
		if containsAll(message, c.words) {
			return c.wrap(fmt.Errorf("%s: %s: %w", doing, c.why, errors.Unwrap(err)))
		}
	}
	return &providers.Refused{Err: err, Next: "if the reason is not clear, ask " + TicketPage + " and name the request id"}
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func tryLater(err error) error {
	return &providers.Failed{Err: err, Next: "wait a minute, then " + rest.Again}
}

func billing(err error) error {
	return &providers.Refused{Err: err, Next: "see https://cloud.digitalocean.com/account/billing"}
}

func reservedIPLimit(err error) error {
	return &providers.Refused{Err: err, Next: "release a reserved IP that is not needed, or deploy without one"}
}

func lockedAccount(err error) error {
	return &providers.Refused{
		Err:  fmt.Errorf("DigitalOcean has locked the account: %w", err),
		Next: "ask DigitalOcean's support why: " + TicketPage,
	}
}

// missingScope names the scope that the token lacks. The API does not say it.
func missingScope(doing string, e *rest.APIError) error {
	scope := scopeOf(e.Method, e.Path)
	if scope == "" {
		return &providers.Refused{
			Err:  fmt.Errorf("%s: the token may not do this: %w", doing, e),
			Next: "make a token with more scopes at " + AccessPage,
		}
	}
	return &providers.Refused{
		Err:  fmt.Errorf("%s: the token lacks the scope %s: %w", doing, scope, e),
		Next: "make a token with the scope " + scope + " at " + AccessPage + " and set DIGITALOCEAN_ACCESS_TOKEN to it",
	}
}

// scopeOf is the scope that a call needs, from DigitalOcean's list of scopes; "" if
// it is not in the list.
func scopeOf(method, path string) string {
	parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(path, "/"), "v2/"), "/")
	noun := map[string]string{
		"account": "account", "droplets": "droplet", "actions": "actions", "firewalls": "firewall", "tags": "tag",
		"images": "image", "regions": "regions", "sizes": "sizes", "domains": "domain", "reserved_ips": "reserved_ip",
		"projects": "project", "vpcs": "vpc", "apps": "app", "registry": "registry", "databases": "database",
	}[parts[0]]
	if len(parts) > 1 && parts[0] == "account" {
		noun = "ssh_key"
	}
	verb := map[string]string{
		http.MethodGet: "read", http.MethodPost: "create", http.MethodPut: "update", http.MethodDelete: "delete",
	}[method]
	last := parts[len(parts)-1]
	if method == http.MethodPost && (last == "actions" || last == "resources") {
		verb = "update" // it changes something that exists
	}
	if noun == "" || verb == "" {
		return ""
	}
	return noun + ":" + verb
}
