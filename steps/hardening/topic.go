package hardening

import (
	"fmt"
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/shell"
)

// Topic is the settings that one step brings about.
type Topic struct {
	// Name is the step's.
	Name, Title string
	// Limit is how long a change may take.
	Limit time.Duration
	// Guards is what the change could lock the operator out by; empty for most.
	Guards guard.Part

	// effective is shell text that prints how things really are.
	effective string
	// prepare comes before the files are written.
	prepare string
	// check fails, and undoes it, if what was written can't be used.
	check string
}

// SSH is the topic of sshd, which comes before all others.
func SSH() Topic { return sshTopic }

// Topics are all those whose settings the list says how to bring about, in order.
func Topics() []Topic { return slices.Clone(topics) }

// settings are the topic's, as far as the host can have them.
func (t Topic) settings(p Profile, h Host) []Setting {
	return slices.DeleteFunc(In(p, h), func(s Setting) bool { return s.Topic != t.Name || !s.Applicable(h) })
}

// Inapplicable are the topic's settings that the host can't have.
func (t Topic) Inapplicable(p Profile, h Host) []Setting {
	return slices.DeleteFunc(In(p, h), func(s Setting) bool { return s.Topic != t.Name || s.Applicable(h) })
}

// Empty tells whether the profile has nothing of the topic.
func (t Topic) Empty(p Profile) bool {
	return !slices.ContainsFunc(All(), func(s Setting) bool { return s.Topic == t.Name && s.in(p) })
}

// Look is the shell text that prints what Decide needs, for any profile.
func (t Topic) Look() string {
	var q questions
	for _, s := range All() {
		if s.Topic != t.Name {
			continue
		}
		for _, w := range s.wants {
			w.ask(&q)
		}
	}
	return shell.Lines("[ ! -e "+t.unfinished()+" ] || echo unfinished", q.look(), t.effective)
}

// unfinished is there while a change is under way.
func (t Topic) unfinished() string { return "/var/lib/slipway/" + t.Name + "-unfinished" }

// Decide lists what must change, by what the look printed.
func (t Topic) Decide(p Profile, h Host, looked string) []providers.Change {
	s := read(looked)
	var changes []providers.Change
	settings := t.settings(p, h)
	for _, setting := range settings {
		if !setting.so(s) {
			changes = append(changes, providers.Change{What: setting.What, Why: setting.Why, Was: setting.was(s)})
		}
	}
	for _, f := range drops(settings) {
		if !f.missing(s) && !f.so(s) {
			changes = append(changes, providers.Change{What: "write " + f.Path, Why: "it is not as it was written", Was: f.was(s)})
		}
	}
	if s.has("unfinished") {
		changes = append(changes, providers.Change{What: "finish what was interrupted"})
	}
	return changes
}

func (s Setting) so(seen seen) bool {
	return !slices.ContainsFunc(s.wants, func(w want) bool { return !w.so(seen) })
}

// Script brings about what the look found missing, whatever a crash left.
func (t Topic) Script(p Profile, h Host, looked string) string {
	s := read(looked)
	var a actions
	settings := t.settings(p, h)
	all := s.has("unfinished")
	for _, f := range drops(settings) {
		if all || !f.so(s) {
			f.act(&a)
		}
	}
	for _, setting := range settings {
		for _, w := range setting.wants {
			if all || !w.so(s) {
				w.act(&a)
			}
		}
	}
	return t.script(a)
}

func (t Topic) script(a actions) string {
	parts := []string{"mkdir -p /var/lib/slipway", "touch " + t.unfinished()}
	for _, f := range a.files {
		parts = append(parts, f.Put())
	}
	parts = append(parts, t.prepare, t.check)
	parts = append(parts, a.shell...)
	parts = append(parts, unique(a.after)...)
	for _, u := range a.units {
		parts = append(parts, u.script())
	}
	return shell.Lines(append(parts, "rm -f "+t.unfinished())...)
}

// Detail says how many settings hold and how many can't be had.
func (t Topic) Detail(p Profile, h Host) string {
	text := fmt.Sprintf("%d settings", len(t.settings(p, h)))
	if n := len(t.Inapplicable(p, h)); n > 0 {
		text += fmt.Sprintf("; %d not applicable here, for the kernel is another's", n)
	}
	return text
}
