package hardening

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"slipway/providers"
	"slipway/steps/guard"
	"slipway/steps/shell"
)

// Topic is the part of the list that one step brings about.
type Topic struct {
	// Name is the step's in events and in the state: "sshd". Title is what people
	// read.
	Name, Title string
	// Limit is how long a change may take.
	Limit time.Duration
	// Guards is what a new login must prove after a change; empty for most.
	Guards guard.Part

	// prepare comes right after the files are written.
	prepare string
	// check removes what was written and fails, if the program can't use it.
	check string
}

// SSH is the topic of sshd. Its step comes before those of all other topics.
func SSH() Topic { return sshTopic }

// Topics are all topics that the list says how to bring about, sshd's too, in the
// order of their steps.
func Topics() []Topic { return slices.Clone(topics) }

// settings are the topic's settings that the host can have.
func (t Topic) settings(p Profile, h Host) []Setting {
	return slices.DeleteFunc(In(p, h), func(s Setting) bool { return s.Topic != t.Name || !s.Applicable(h) })
}

// Inapplicable are the topic's settings that the profile asks for and the host can't
// have.
func (t Topic) Inapplicable(p Profile, h Host) []Setting {
	return slices.DeleteFunc(In(p, h), func(s Setting) bool { return s.Topic != t.Name || s.Applicable(h) })
}

// Empty tells whether the profile has no setting of the topic.
func (t Topic) Empty(p Profile) bool {
	return !slices.ContainsFunc(All(), func(s Setting) bool { return s.Topic == t.Name && s.inProfile(p) })
}

// Reads are what Decide must know of, for any profile: files and units, as shell.LookFiles and
// shell.LookUnits print them, and paths of which it must know "mode 755 root:root PATH". Of
// sshd's topic it must also know the settings in effect.
func (t Topic) Reads() (files, units, modes []string) {
	all := t.inspection()
	return unique(all.files), unique(all.units), unique(all.modes)
}

// Look is the shell text that prints what else Decide needs.
func (t Topic) Look() string {
	return shell.Lines("[ ! -e "+t.unfinishedMark()+" ] || echo unfinished", t.inspection().look())
}

// inspection is what a look must print for any profile.
func (t Topic) inspection() inspection {
	var all inspection
	for _, s := range All() {
		if s.Topic != t.Name {
			continue
		}
		for _, r := range s.requires {
			r.inspect(&all)
		}
	}
	return all
}

// unfinishedMark exists while a change is under way: after a crash it shows that
// the change must be made anew.
func (t Topic) unfinishedMark() string { return "/var/lib/slipway/" + t.Name + "-unfinished" }

// Decide lists what must change, by what the look printed; nothing printed is a
// server that was not looked at yet.
func (t Topic) Decide(p Profile, h Host, looked string) []providers.Change {
	found := parse(looked)
	var changes []providers.Change
	settings := t.settings(p, h)
	for _, setting := range settings {
		if !setting.met(found) {
			changes = append(changes, providers.Change{What: setting.What, Why: setting.Why, Was: setting.found(found)})
		}
	}
	for _, f := range dropIns(settings) {
		if !f.missing(found) && !f.met(found) {
			changes = append(changes, providers.Change{What: "write " + f.Path, Why: "its content, mode or owner differs", Was: f.found(found)})
		}
	}
	if found.has("unfinished") {
		changes = append(changes, providers.Change{What: "finish the interrupted change"})
	}
	return changes
}

func (s Setting) met(f findings) bool {
	return !slices.ContainsFunc(s.requires, func(r requirement) bool { return !r.met(f) })
}

// Script is shell text that brings about what the look found missing. It makes the
// whole change anew if the look found that an earlier one was interrupted.
func (t Topic) Script(p Profile, h Host, looked string) string {
	found := parse(looked)
	var a actions
	settings := t.settings(p, h)
	all := found.has("unfinished")
	for _, f := range dropIns(settings) {
		if all || !f.met(found) {
			f.apply(&a)
		}
	}
	for _, setting := range settings {
		for _, r := range setting.requires {
			if all || !r.met(found) {
				r.apply(&a)
			}
		}
	}
	return t.script(a)
}

func (t Topic) script(a actions) string {
	parts := []string{"mkdir -p /var/lib/slipway", "touch " + t.unfinishedMark()}
	for _, f := range a.files {
		parts = append(parts, f.Put())
	}
	parts = append(parts, t.prepare, t.check)
	parts = append(parts, a.shell...)
	parts = append(parts, unique(a.after)...)
	for _, u := range a.units {
		parts = append(parts, u.script())
	}
	return shell.Lines(append(parts, "rm -f "+t.unfinishedMark())...)
}

// Detail tells people how many settings the topic has and how many of its others
// the host can't have.
func (t Topic) Detail(p Profile, h Host) string {
	n := len(t.settings(p, h))
	text := fmt.Sprintf("%d settings", n)
	if n == 1 {
		text = "1 setting"
	}
	why := map[string]int{}
	for _, s := range t.Inapplicable(p, h) {
		why[s.WhyNot(h)]++
	}
	for _, reason := range slices.Sorted(maps.Keys(why)) {
		text += fmt.Sprintf("; %d not applicable here: %s", why[reason], reason)
	}
	return text
}
