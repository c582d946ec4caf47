package wizard

import (
	"slices"

	"slipway/steps/engine"
)

// heading is what the review groups steps under.
type heading string

// The headings. What a provider makes stands under theServer, whatever its name, or under
// thePlatform if there is no server.
const (
	theServer   heading = "The server"
	thePlatform heading = "Where it runs"
	gettingIn   heading = "Getting in"
	theSystem   heading = "System and hardening"
	theWeb      heading = "Web"
	theApp      heading = "Your app"
	theCheck    heading = "Check"
)

// inOrder are the headings as the review shows them.
var inOrder = []heading{theServer, thePlatform, gettingIn, theSystem, theWeb, theApp, theCheck}

// connectionStep is the last step that belongs to the server itself: the engine
// has all steps of a provider's before it.
const connectionStep = "connection"

// headingOf has the steps after the connection. TestHeadings fails if the engine's
// order has one that is missing here.
var headingOf = map[string]heading{
	"deployment": gettingIn, "login": gettingIn, "sshd": gettingIn, "host-key": gettingIn,

	"packages": theSystem, "firewall": theSystem, "updates": theSystem, "kernel": theSystem, "files": theSystem,
	"accounts": theSystem, "services": theSystem, "logging": theSystem, "audit": theSystem, "integrity": theSystem, "swap": theSystem,

	"logs": theWeb, "proxy": theWeb, "certificate": theWeb,

	"databases": theSystem, "postgres": theSystem, "mariadb": theSystem, "redis": theSystem,

	"account": theApp, "variables": theApp, "upload": theApp, "data": theApp, "backup": theApp, "dependencies": theApp, "build": theApp, "tests": theApp,
	"snapshot": theApp, "pre-switch": theApp, "release": theApp, "set-aside": theApp, "restored": theApp,

	"verify": theCheck,
}

// onPlatform has the steps of a run without a server that do not stand under
// thePlatform.
var onPlatform = map[string]heading{
	"image": theApp, "app": theApp, // of Docker's
	"release": theApp, "dynos": theApp, // of Heroku's
	"verify": theCheck,
}

// group is the steps under one heading, in the engine's order.
type group struct {
	heading heading
	rows    []*row
	open    bool
}

// headings are what each of some steps stands under.
func headings(rows []*row) []heading {
	isConnection := func(r *row) bool { return r.name == connectionStep }
	connected := slices.IndexFunc(rows, isConnection)
	all := make([]heading, len(rows))
	for i, r := range rows {
		known, other := headingOf, theSystem
		switch {
		case connected < 0:
			known, other = onPlatform, thePlatform
		case i <= connected:
			known, other = nil, theServer
		}
		if h, ok := known[r.name]; ok {
			other = h
		}
		all[i] = other
	}
	return all
}

// grouped puts steps under their headings. Headings without a step are left out.
func grouped(rows []*row) []*group {
	byHeading := map[heading]*group{}
	for i, under := range headings(rows) {
		if byHeading[under] == nil {
			byHeading[under] = &group{heading: under}
		}
		byHeading[under].rows = append(byHeading[under].rows, rows[i])
	}
	var groups []*group
	for _, h := range inOrder {
		if g := byHeading[h]; g != nil {
			groups = append(groups, g)
		}
	}
	return groups
}

// counts are how many of some steps are to be changed and how many are unchanged.
func counts(rows []*row) (change, unchanged int) {
	for _, r := range rows {
		if r.status == engine.Unchanged {
			unchanged++
		} else {
			change++
		}
	}
	return change, unchanged
}

// cost is what the changes of some steps cost, in US dollars a month and an hour.
func cost(rows []*row) (monthly, hourly float64) {
	for _, r := range rows {
		for _, c := range r.changes {
			monthly += c.Monthly
			hourly += c.Hourly
		}
	}
	return monthly, hourly
}
