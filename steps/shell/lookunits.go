package shell

import (
	_ "embed"
	"maps"
)

//go:embed lookunits.sh
var lookUnitsText string

// ActiveAtBoot is Unit.State of a unit that runs now and after every boot.
const ActiveAtBoot = "active enabled"

// LookUnits prints a block of properties for each unit, for UnitsByID. However many units
// there are, it starts one program.
func LookUnits(units ...string) string {
	if len(units) == 0 {
		return ":"
	}
	return Script(lookUnitsText, nil, units...)
}

// UnitsByID reads what LookUnits printed. Of a property that two blocks of a unit have, the
// first counts.
func UnitsByID(looked string) map[string]Unit {
	units := map[string]Unit{}
	for _, block := range ParseUnits(looked) {
		unit := maps.Clone(block)
		maps.Copy(unit, units[block.Get("Id")])
		units[block.Get("Id")] = unit
	}
	return units
}

// AtBoot is whether the unit is started at every boot, as systemctl's is-enabled prints it:
// "enabled", "disabled", "masked", "static".
func (u Unit) AtBoot() string {
	state := u.Get("UnitFileState")
	switch {
	case u.Get("LoadState") == "masked":
		return "masked"
	case u.Get("Wanted") == "yes":
		return "enabled"
	case state == "":
		return "disabled"
	}
	return state
}

// State is the unit's ActiveState and AtBoot: "active enabled". A unit that was not looked at
// has none: "".
func (u Unit) State() string {
	if len(u) == 0 {
		return ""
	}
	return u.Get("ActiveState") + " " + u.AtBoot()
}
