package answers

import (
	"cmp"

	"slipway/steps/plan"
)

// SettingQuestion asks for a setting that may stay empty.
type SettingQuestion struct {
	// Key is the setting's.
	Key string
	// Label is its short name.
	Label string
	// About says what it is for.
	About string
}

// DomainQuestions ask for the domain and what its certificate needs. For a machine on
// this computer there are none, unless slipway.toml or an earlier run has a domain:
// nobody else can reach it. Nor are there any where the provider takes no domain.
func DomainQuestions(a Answers, p plan.Plan) []SettingQuestion {
	provider := cmp.Or(a.Settings[plan.KeyProvider], p.Value(plan.KeyProvider))
	if domain, _ := plan.SettingOf(plan.KeyDomain); !domain.TakenBy(provider) {
		return nil
	}
	if a.Settings[plan.KeyProvider] == Local && p.Value(plan.KeyDomain) == "" {
		return nil
	}
	without := "if it is empty, the app has no HTTPS"
	if !OnServer(provider) {
		without = "may be empty: the app has an address with HTTPS anyhow"
	}
	questions := []SettingQuestion{{plan.KeyDomain, "Domain", "names that the app answers to, with commas between; " + without}}
	if email, _ := plan.SettingOf(plan.KeyEmail); email.TakenBy(provider) {
		questions = append(questions, SettingQuestion{plan.KeyEmail, "Email", "where the certificate authority may write to; may be empty"})
	}
	return questions
}
