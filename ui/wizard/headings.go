package wizard

import (
	"slipway/steps/engine"
)

// heading is what the review groups steps under.
type heading string

// The headings. What a provider makes stands under theServer, whatever its name.
const (
	theServer heading = "The server"
	gettingIn heading = "Getting in"
	theSystem heading = "System and hardening"
	theWeb    heading = "Web"
	theApp    heading = "Your app"
	theCheck  heading = "Check"
)

// inOrder are the headings as the review shows them.
var inOrder = []heading{theServer, gettingIn, theSystem, theWeb, theApp, theCheck}

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

	"account": theApp, "variables": theApp, "upload": theApp, "data": theApp, "dependencies": theApp, "build": theApp, "tests": theApp,
	"pre-switch": theApp, "release": theApp,

	"verify": theCheck,
}

// group is the steps under one heading, in the engine's order.
type group struct {
	heading heading
	rows    []*row
	open    bool
}

// grouped puts steps under their headings. Headings without a step are left out.
func grouped(rows []*row) []*group {
	byHeading := map[heading]*group{}
	onServer := false
	for _, r := range rows {
		under, known := headingOf[r.name]
		switch {
		case !onServer:
			under = theServer
		case !known:
			under = theSystem
		}
		onServer = onServer || r.name == connectionStep
		if byHeading[under] == nil {
			byHeading[under] = &group{heading: under}
		}
		byHeading[under].rows = append(byHeading[under].rows, r)
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
