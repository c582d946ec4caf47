package system

import (
	"slipway/providers"
	"slipway/steps/fact"
	"slipway/steps/hardening"
	"slipway/steps/plan"
)

// hardened makes a fact of a topic of the hardening list.
func hardened(topic hardening.Topic) *fact.Fact {
	return &fact.Fact{
		Name: topic.Name, Title: topic.Title, Phase: providers.PhaseOther, Limit: topic.Limit,
		Guards: topic.Guards,
		Reads: func(plan.Plan) fact.Reads {
			files, units, modes := topic.Reads()
			return fact.Reads{Files: files, Units: units, Modes: modes, SSHD: topic.Name == hardening.SSH().Name}
		},
		Look: func(plan.Plan) string { return topic.Look() },
		Decide: func(v fact.View) []providers.Change {
			return topic.Decide(ProfileOf(v.Plan), HardeningHost(v.System), v.Looked)
		},
		Script: func(v fact.View) string { return topic.Script(ProfileOf(v.Plan), HardeningHost(v.System), v.Looked) },
		Detail: func(v fact.View) string { return topic.Detail(ProfileOf(v.Plan), HardeningHost(v.System)) },
	}
}

// ProfileOf is how much is hardened.
func ProfileOf(p plan.Plan) hardening.Profile { return hardening.ProfileOf(p.Value(plan.KeyHardening)) }

// HardeningHost is what the hardening list must know of a server; a system that is
// not known yet is an empty host.
func HardeningHost(s fact.System) hardening.Host {
	if s.ID == "" {
		return hardening.Host{}
	}
	return hardening.Host{System: s.ID + " " + s.Version, Container: s.Container, Forwards: s.Forwards}
}

// SSHD is the fact that only keys let anybody in, and never root.
var SSHD = hardened(hardening.SSH())

// Hardening are the facts of the other topics that the plan's profile has, in the
// order of the list. They need the packages.
func Hardening(p plan.Plan) []*fact.Fact {
	var facts []*fact.Fact
	for _, topic := range hardening.Topics() {
		if topic.Name != SSHD.Name && !topic.Empty(ProfileOf(p)) {
			facts = append(facts, hardened(topic))
		}
	}
	return facts
}
