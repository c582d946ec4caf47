package answers

import (
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

// DomainQuestions ask for the domain and what its certificate needs. A machine
// on this computer has no name that the world knows: it is asked about only if
// a domain was named some other way.
func DomainQuestions(a Answers, p plan.Plan) []SettingQuestion {
	if a.Settings[plan.KeyProvider] == Local && p.Value(plan.KeyDomain) == "" {
		return nil
	}
	return []SettingQuestion{
		{plan.KeyDomain, "Domain", "names that the app answers to, commas between; empty: the server's address, without https"},
		{plan.KeyEmail, "Email", "where the certificate authority may write to about the domain; may be empty"},
	}
}
