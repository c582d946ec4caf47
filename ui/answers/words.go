package answers

import (
	"fmt"
	"strings"

	"slipway/steps"
	"slipway/steps/app"
)

// AboutSample says in a line what a bundled sample is.
func AboutSample(name string) string {
	switch name {
	case "hello":
		return "a Flask app of one file, to see how it goes"
	case "accounts":
		return "a JSON API in Flask, with requirements and tests of its own"
	}
	return "a bundled app"
}

// AboutProvider says what a place is called, what it needs and what it costs.
func AboutProvider(provider string) (title, line string) {
	switch provider {
	case Local:
		return "On this computer, as a rehearsal", "free; a real machine that is made here and can be thrown away"
	case DigitalOcean:
		return "DigitalOcean", "needs an API token; the smallest droplet costs about $4 a month"
	case SSH:
		return "A server of mine", "needs a login by SSH key on Debian 13, Debian 12 or Ubuntu 24.04; costs nothing more"
	}
	return provider, ""
}

// AboutApp says in a line what was found to deploy and why.
func AboutApp(found app.Found) string {
	var parts []string
	for _, r := range found.Reasons {
		switch r.Subject {
		case "web app", "web command":
			parts = append(parts, strings.TrimSpace(found.Framework+" app "+r.Value)+" ("+r.Source+")")
		case "requirements":
			parts = append(parts, "packages: "+r.Value+" ("+r.Source+")")
		}
	}
	return strings.Join(parts, "; ")
}

// AboutUnfinished says in a line how far an unfinished deployment came.
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

// Money is an amount a month and an hour.
func Money(monthly, hourly float64) string {
	switch {
	case monthly <= 0:
		return "free"
	case hourly <= 0:
		return fmt.Sprintf("$%.2f a month", monthly)
	}
	return fmt.Sprintf("$%.2f a month, $%.5f an hour", monthly, hourly)
}
