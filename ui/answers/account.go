package answers

import (
	"maps"
	"slices"

	"slipway/providers/heroku"
	"slipway/steps/plan"
)

// Account is how a provider that rents knows the person: by a token.
type Account struct {
	// Title is the provider's name for people.
	Title string
	// Variable is where the engine looks for the token first.
	Variable string
	// MadeAt says where a token is made, Needs what it must allow.
	MadeAt, Needs string

	// others are variables that may hold it too.
	others []string
	// found looks for what the provider's own program left; nil if it leaves nothing.
	found func(getenv func(string) string) (string, error)
}

var accounts = map[string]Account{
	DigitalOcean: {Title: "DigitalOcean", Variable: "DIGITALOCEAN_ACCESS_TOKEN", others: []string{"DIGITALOCEAN_TOKEN"},
		MadeAt: "made at https://cloud.digitalocean.com/account/api/tokens",
		Needs:  "The token needs the scopes to read and create droplets, firewalls, keys and tags."},
	AppPlatform: {Title: "DigitalOcean", Variable: "DIGITALOCEAN_ACCESS_TOKEN", others: []string{"DIGITALOCEAN_TOKEN"},
		MadeAt: "made at https://cloud.digitalocean.com/account/api/tokens",
		Needs:  "The token needs the scopes to read, create, change and remove apps and what is in the registry, and databases if the app has any."},
	Heroku: {Title: "Heroku", Variable: "HEROKU_API_KEY", found: heroku.Token,
		MadeAt: "made at https://dashboard.heroku.com/account/applications, or by heroku authorizations:create",
		Needs:  "The token needs the scope global. Slipway also takes what heroku login left on this computer."},
}

// AccountOf is the account of a provider that rents; false if it takes no token.
func AccountOf(provider string) (Account, bool) {
	account, ok := accounts[provider]
	return account, ok
}

// HasToken tells whether there is a token for a provider: typed, set, or left by the
// provider's own program. One that can't be read counts too, so that its error is shown.
func (a Answers) HasToken(provider string) bool {
	account := accounts[provider]
	for _, variable := range append([]string{account.Variable}, account.others...) {
		if a.Getenv(variable) != "" {
			return true
		}
	}
	return account.left(a.getenv)
}

// left tells whether the provider's own program has left a token here.
func (a Account) left(getenv func(string) string) bool {
	if a.found == nil {
		return false
	}
	token, err := a.found(func(key string) string {
		if key == a.Variable {
			return ""
		}
		return getenv(key)
	})
	return token != "" || err != nil
}

// typed is the token that was typed for a provider that looks for it in a variable. Two
// providers may look in the same one: then the chosen one's wins.
func (a Answers) typed(variable string) string {
	providers := append([]string{a.Settings[plan.KeyProvider]}, slices.Sorted(maps.Keys(accounts))...)
	for _, provider := range providers {
		if token := a.Tokens[provider]; token != "" && accounts[provider].Variable == variable {
			return token
		}
	}
	return ""
}

// TokenVariables are the variables by which the tokens that were typed are handed on,
// as NAME=VALUE.
func TokenVariables(getenv func(string) string) []string {
	var all []string
	for _, provider := range []string{DigitalOcean, Heroku} {
		variable := accounts[provider].Variable
		if token := getenv(variable); token != "" {
			all = append(all, variable+"="+token)
		}
	}
	return all
}
