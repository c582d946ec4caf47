package answers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"slipway/providers"
	"slipway/steps"
	"slipway/steps/engine"
	"slipway/steps/plan"
)

// Place is a provider that a person may choose.
type Place struct {
	// Provider is its name, as --provider has it.
	Provider string
	// Title and About are for people: its name, and what it needs and costs.
	Title, About string
	// Why says why it can't be chosen on this computer; empty if it can.
	Why string
}

// lookLimit is how long a place on this computer is waited for: a Docker engine may be
// there and never answer.
const lookLimit = 5 * time.Second

// Places are the providers that are built in. What needs this computer is asked whether
// it can run the app here; credentials are asked for later. Docker comes first where it
// can and machines can't. dir is the folder of the deployment of p.
func Places(ctx context.Context, p plan.Plan, dir string, open engine.OpenProvider) []Place {
	setting, _ := plan.SettingOf(plan.KeyProvider)
	var places []Place
	for _, name := range setting.Choices() {
		trial := plan.Plan{Name: p.Name, Tag: p.Tag, Values: map[string]plan.NamedValue{
			plan.KeyProvider: {Key: plan.KeyProvider, Value: name},
			plan.KeyHost:     {Key: plan.KeyHost, Value: "root@server.example"},
		}}
		if _, err := open(trial, dir); About(err) == providers.AboutSetting {
			continue // not built in
		}
		place := Place{Provider: name}
		place.Title, place.About = AboutProvider(name)
		if name == Local || name == Docker {
			place.Why = unfit(ctx, name, dir, open)
		}
		places = append(places, place)
	}
	if onlyDocker(places) {
		at := slices.IndexFunc(places, func(p Place) bool { return p.Provider == Docker })
		docker := places[at]
		places = slices.Insert(slices.Delete(places, at, at+1), 0, docker)
	}
	return places
}

// OnServer tells whether a provider's target is a server, which can be logged in to.
func OnServer(provider string) bool {
	host, _ := plan.SettingOf(plan.KeyHost)
	return host.TakenBy(provider)
}

// Likeliest is the provider that stands chosen at first: the plan's, or Docker if nobody
// chose one and of this computer's two only Docker can run the app.
func Likeliest(places []Place, p plan.Plan) string {
	if chosen := p.Values[plan.KeyProvider]; chosen.From == plan.FromDefault && onlyDocker(places) {
		return Docker
	}
	return p.Value(plan.KeyProvider)
}

// onlyDocker tells that Docker can run the app on this computer, and a machine can't.
func onlyDocker(places []Place) bool {
	fits := func(name string) bool {
		return slices.ContainsFunc(places, func(p Place) bool { return p.Provider == name && p.Why == "" })
	}
	return fits(Docker) && !fits(Local)
}

// unfit is why this computer can't run the app by a provider; empty if it can.
func unfit(ctx context.Context, name, dir string, open engine.OpenProvider) string {
	ctx, cancel := context.WithTimeoutCause(ctx, lookLimit, errors.New("it does not answer"))
	defer cancel()
	if _, err := steps.CheckProvider(ctx, name, dir, open); err != nil {
		return brief(err.Error())
	}
	return ""
}

// mostReason is how long a reason may be that stands in a list of places, in bytes.
const mostReason = 80

// brief is as much of a chain of causes as a list has room for: the first one always.
func brief(reason string) string {
	parts := strings.Split(reason, ": ")
	text := parts[0]
	for _, part := range parts[1:] {
		if len(text)+len(": ")+len(part) > mostReason {
			break
		}
		text += ": " + part
	}
	return text
}
