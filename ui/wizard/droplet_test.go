package wizard

import (
	"maps"
	"testing"

	"slipway/steps/plan"
)

// TestDroplet says more of a droplet than its size: what is left as it is stays unsaid.
func TestDroplet(t *testing.T) {
	p := sit(t, nil)
	p.w.answers.ChooseProvider("digitalocean")
	p.w.push(newHow(p.w))
	p.sees("How shall it run?", "Droplet: as it comes")
	for p.w.top().(*how).here().id != fieldDroplet {
		p.press("down")
	}
	p.press("enter")
	p.sees("What else shall the droplet have?", "Weekly backups  [no]", "Reserved IP     [no]")
	p.press("right", "down", "down", "my shops", "down", "no UUID", "enter")
	p.sees("it is a UUID in lower case")
	p.press("ctrl+u", "enter")
	p.sees("How shall it run?", "Droplet: weekly backups, Project my shops")
	if want := map[string]string{plan.KeyProvider: "digitalocean", plan.KeyBackups: "true", plan.KeyProject: "my shops"}; !maps.Equal(settled(p), want) {
		t.Errorf("it says %v, want %v", settled(p), want)
	}
}

// settled are the answers but the name.
func settled(p *person) map[string]string {
	said := maps.Clone(p.w.answers.Settings)
	delete(said, plan.KeyName)
	return said
}
