package answers

import (
	"fmt"
	"strings"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/app"
)

// Samples are the bundled samples, the simplest first.
var Samples = []string{"hello", "accounts"}

// AboutSample says in a line what a bundled sample is.
func AboutSample(name string) string {
	switch name {
	case "hello":
		return "a Flask app of one file, to try Slipway with"
	case "accounts":
		return "a JSON API in Flask, with requirements and tests of its own"
	}
	return "a bundled app"
}

// AboutProvider is a provider's name for people, and what it needs and costs.
func AboutProvider(provider string) (title, line string) {
	switch provider {
	case Local:
		return "On this computer, as a rehearsal", "free; a real machine that is made here and can be removed again"
	case DigitalOcean:
		return "DigitalOcean", "needs an API token; the smallest droplet costs about $4 a month"
	case Docker:
		return "On this computer, in Docker", "free; needs a Docker engine (Docker Desktop will do), and no root"
	case Heroku:
		return "Heroku", "needs an account there; the usual dyno costs about $7 a month, databases cost more"
	case AppPlatform:
		return "DigitalOcean's App Platform", "several instances behind a balancer; needs an API token, and Docker here; an instance costs from $5 a month"
	case SSH:
		return "A server of mine", "needs a login by SSH key on Debian 13, Debian 12 or Ubuntu 24.04; costs nothing more"
	}
	return provider, ""
}

// AboutApp says in a line what runs, which packages it needs, on which Python, and where
// that was found.
func AboutApp(found app.Found) string {
	var parts []string
	for _, r := range found.Reasons {
		switch r.Subject {
		case "web app", "web command":
			parts = append(parts, strings.TrimSpace(found.Framework+" app "+r.Value)+" ("+r.Source+")")
		case "requirements":
			what := "packages: " + r.Value
			if r.Source != r.Value {
				what += " (" + r.Source + ")"
			}
			parts = append(parts, what)
		case "Python":
			parts = append(parts, "Python "+r.Value+" ("+r.Source+")")
		}
	}
	return strings.Join(parts, "; ")
}

// AboutUnfinished says in a line what is deployed where, and whether it has a server.
func AboutUnfinished(s steps.Summary) string {
	what := s.App
	if what == "" {
		what = "an app that is not on record"
	}
	where := "no server yet"
	if s.Host != "" {
		where = "its server is " + s.Host
	}
	return fmt.Sprintf("%s on %s; %s", what, s.Provider, where)
}

// AboutChange says what would be changed, why, and what it costs.
func AboutChange(c providers.Change) string {
	text := c.What
	if c.Why != "" {
		text += ": " + c.Why
	}
	switch {
	case c.Monthly > 0 && c.Ends > 0:
		text += fmt.Sprintf(" (%s; %s ends)", Money(c.Monthly, c.Hourly), providers.AMonth(c.Ends))
	case c.Monthly > 0:
		text += " (" + Money(c.Monthly, c.Hourly) + ")"
	case c.Ends > 0:
		text += " (" + providers.AMonth(c.Ends) + " ends)"
	}
	return text
}

// Money is an amount a month and an hour.
func Money(monthly, hourly float64) string {
	switch {
	case monthly <= 0:
		return "free"
	case hourly <= 0:
		return providers.AMonth(monthly)
	}
	return fmt.Sprintf("%s, $%.5f an hour", providers.AMonth(monthly), hourly)
}
