package answers

import "slipway/steps"

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
func DomainQuestions(a Answers, plan steps.Plan) []SettingQuestion {
	if a.Settings[steps.KeyProvider] == Local && plan.Value(steps.KeyDomain) == "" {
		return nil
	}
	return []SettingQuestion{
		{steps.KeyDomain, "Domain", "names that the app answers to, commas between; empty: the server's address, without https"},
		{steps.KeyEmail, "Email", "where the certificate authority may write to about the domain; may be empty"},
	}
}
