package hardening

import "slipway/steps/shell"

// unitState is the state that a unit of systemd's must have.
type unitState int

const (
	running unitState = iota // active now, and started at every boot
	masked                   // never started, whoever asks
	ready                    // started at every boot; whether it is active now does not matter
)

// unit is a unit of systemd's, in a certain state.
type unit struct {
	name  string
	state unitState
}

func (u unit) inspect(i *inspection) { i.units = append(i.units, u.name) }

func (u unit) met(f findings) bool {
	properties, known := f.units[u.name]
	load := properties.Get("LoadState")
	switch u.state {
	case masked:
		return load == "masked" || load == "not-found"
	case ready:
		return startsAtBoot(properties)
	}
	return known && load == "loaded" && properties.Get("ActiveState") == "active" && startsAtBoot(properties)
}

// startsAtBoot tells whether something starts the unit at boot. A "static" unit
// can't be enabled: others start it.
func startsAtBoot(u shell.Unit) bool {
	state := u.AtBoot()
	return state == "enabled" || state == "static" || state == "generated" || state == "alias" || state == "indirect"
}

func (u unit) apply(a *actions) { a.units = append(a.units, u) }

func (u unit) script() string {
	name := shell.Quote(u.name)
	switch u.state {
	case masked:
		return "systemctl --quiet mask --now " + name
	case ready:
		return "systemctl --quiet enable " + name
	}
	// What an operator has masked can't be enabled.
	return "[ \"$(systemctl is-enabled " + name + " 2>/dev/null)\" != masked ] || systemctl --quiet unmask " + name +
		"\nsystemctl --quiet enable " + name + "\nsystemctl start " + name
}
