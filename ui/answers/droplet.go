package answers

import (
	"cmp"
	"strings"

	"slipway/steps/plan"
)

// What a person answers about something that is on or off.
const (
	Yes = "yes"
	No  = "no"
)

// DropletQuestions ask for what a droplet can have beside its size; all may be left as
// they are. There are none for other providers. The private network can't change once
// the droplet is there.
func DropletQuestions(a Answers, p plan.Plan) []SettingQuestion {
	if cmp.Or(a.Settings[plan.KeyProvider], p.Value(plan.KeyProvider)) != DigitalOcean {
		return nil
	}
	questions := []SettingQuestion{
		{plan.KeyBackups, "Weekly backups", "by DigitalOcean, of the whole droplet, for a fifth of its price; Slipway's own are another matter"},
		{plan.KeyReservedIP, "Reserved IP", "an address that can outlive the droplet; free while the droplet has it"},
		{plan.KeyProject, "Project", "its name or UUID; if it is empty, the account's default project"},
	}
	if p.Tag != "" {
		return questions
	}
	return append(questions, SettingQuestion{plan.KeyVPC, "VPC", "the UUID of the private network; if it is empty, the region's own"})
}

// Answer is what is said so far to one of DropletQuestions, or what holds: Yes or No if it
// is on or off.
func (a Answers) Answer(key string, p plan.Plan) string {
	value, said := a.Settings[key]
	if !said {
		value = p.Value(key)
	}
	setting, _ := plan.SettingOf(key)
	switch {
	case !setting.IsSwitch():
		return value
	case value == "true":
		return Yes
	}
	return No
}

// SayDroplet takes over the answer to one of DropletQuestions. What was never said and is
// left as it is stays unsaid.
func (a *Answers) SayDroplet(key, answer string, p plan.Plan) {
	if setting, _ := plan.SettingOf(key); setting.IsSwitch() && answer == Yes {
		answer = "true"
	} else if setting.IsSwitch() {
		answer = "false"
		if p.Value(key) == "" {
			delete(a.Settings, key)
			return
		}
	}
	if _, said := a.Settings[key]; said || answer != p.Value(key) {
		a.Settings[key] = answer
	}
}

// Droplet says in a few words what a droplet has beside its size.
func Droplet(a Answers, p plan.Plan) string {
	var has []string
	for _, q := range DropletQuestions(a, p) {
		switch answer := a.Answer(q.Key, p); answer {
		case "", No:
		case Yes:
			has = append(has, strings.ToLower(q.Label[:1])+q.Label[1:])
		default:
			has = append(has, q.Label+" "+answer)
		}
	}
	if len(has) == 0 {
		return "as it comes"
	}
	return strings.Join(has, ", ")
}
