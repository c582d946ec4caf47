package hardening

import "slipway/steps/shell"

// unitState is how a unit of systemd's should be.
type unitState int

const (
	running unitState = iota // now and at every boot
	masked                   // never, whoever asks
	ready                    // at every boot; whether it runs now does not matter
)

// unit is a unit of systemd's.
type unit struct {
	name  string
	state unitState
}

// unitProperties are what a look prints of a unit.
var unitProperties = []string{"Id", "LoadState", "ActiveState", "UnitFileState"}

func (u unit) ask(q *questions) { q.units = append(q.units, u.name) }

func (u unit) so(s seen) bool {
	found, known := s.units[u.name]
	load, enabled := found["LoadState"], found["UnitFileState"]
	switch u.state {
	case masked:
		return load == "masked" || load == "not-found"
	case ready:
		return startsAtBoot(enabled)
	}
	return known && load == "loaded" && found["ActiveState"] == "active" && startsAtBoot(enabled)
}

// startsAtBoot tells whether something has the unit started; "static" is a unit
// that others start and that can't be enabled.
func startsAtBoot(state string) bool {
	return state == "enabled" || state == "static" || state == "generated" || state == "alias" || state == "indirect"
}

func (u unit) act(a *actions) { a.units = append(a.units, u) }

func (u unit) script() string {
	name := shell.Quote(u.name)
	switch u.state {
	case masked:
		return "systemctl --quiet mask --now " + name
	case ready:
		return "systemctl --quiet enable " + name
	}
	return "systemctl --quiet enable " + name + "\nsystemctl start " + name
}
