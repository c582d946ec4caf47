package steps

import (
	"slipway/providers"
	"slipway/steps/hardening"
)

// hardened is the fact that a topic of the hardening list is as it should be.
func hardened(topic hardening.Topic) *fact {
	return &fact{
		name: topic.Name, title: topic.Title, phase: providers.PhaseOther, limit: topic.Limit,
		guards: topic.Guards,
		look:   func(Plan) string { return topic.Look() },
		decide: func(v view) []providers.Change {
			return topic.Decide(profileOf(v.Plan), hardeningHost(v.System), v.Looked)
		},
		script: func(v view) string { return topic.Script(profileOf(v.Plan), hardeningHost(v.System), v.Looked) },
		detail: func(v view) string { return topic.Detail(profileOf(v.Plan), hardeningHost(v.System)) },
	}
}

// profile is how much is hardened.
func profileOf(p Plan) hardening.Profile { return hardening.ProfileOf(p.Value(KeyHardening)) }

// host is what the hardening list must know of the server.
func hardeningHost(s System) hardening.Host {
	if s.ID == "" {
		return hardening.Host{}
	}
	return hardening.Host{System: s.ID + " " + s.Version, Container: s.Container}
}

// sshd is that only keys let anybody in, and never root.
var sshd = hardened(hardening.SSH())

// rest are the topics that come once the packages are there.
func rest(p Plan) []*fact {
	var facts []*fact
	for _, topic := range hardening.Topics() {
		if topic.Name != sshd.name && !topic.Empty(profileOf(p)) {
			facts = append(facts, hardened(topic))
		}
	}
	return facts
}
